//! Tokens and their entries.

use inkan_agent::error::Failure;
use inkan_agent::keystore::content::KeyGoneReason;
use inkan_agent::output::outcome::{TokenContent, TokenEntry, Unusable};
use jiff::Timestamp;

/// Remaining validity in days from which a renewal is recommended.
const SOON_DAYS: i64 = 40;

/// The list of tokens.
#[derive(Debug)]
pub struct Home {
    /// One card per token.
    pub tokens: Vec<TokenContent>,
    /// The time from which the remaining days are counted.
    pub now: Timestamp,
    /// The last completed action, shown above the list.
    pub completed: Option<CompletedAction>,
    /// Why no token was found, other than that there is none.
    pub failure: Option<Box<Failure>>,
}

/// A completed action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompletedAction {
    /// The PIN was changed.
    PinChanged,
    /// The PIN was unblocked.
    Unblocked,
    /// A certificate was deleted.
    Deleted,
}

/// The status of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryStatus {
    /// Usable.
    Usable,
    /// Usable, but it expires soon: remaining days.
    ExpiresSoon(i64),
    /// Usable, as far as is known without the PIN.
    KeyUnknown,
    /// Not usable.
    Unusable(Unusable),
    /// Its key cannot be used any more.
    KeyGone(KeyGoneReason),
}

/// The status of an entry at `now`.
#[must_use]
pub fn status(entry: &TokenEntry, now: Timestamp) -> EntryStatus {
    if let (Some(Unusable::NoKey), Some(reason)) = (entry.reason, entry.key_gone) {
        return EntryStatus::KeyGone(reason);
    }
    if let Some(reason) = entry.reason {
        return EntryStatus::Unusable(reason);
    }
    match (entry.usable, entry.not_after.map(|until| days(now, until))) {
        (Some(_), Some(days)) if days <= SOON_DAYS => EntryStatus::ExpiresSoon(days),
        (Some(_), _) => EntryStatus::Usable,
        (None, _) => EntryStatus::KeyUnknown,
    }
}

/// Whole days between two times.
fn days(from: Timestamp, until: Timestamp) -> i64 {
    until.duration_since(from).as_secs() / (24 * 3600)
}
