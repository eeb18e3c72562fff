//! Tokens and what is on them.

use inkan_agent::error::Failure;
use inkan_agent::output::outcome::{TokenContent, TokenEntry, Unusable};
use jiff::Timestamp;

/// A certificate within this many days of its end is to be renewed.
const SOON_DAYS: i64 = 40;

/// All tokens.
#[derive(Debug)]
pub struct Home {
    /// One card each.
    pub tokens: Vec<TokenContent>,
    /// The time by which the days left are counted.
    pub now: Timestamp,
    /// What was done just now, to be said above the list.
    pub news: Option<News>,
    /// Why no token is seen, beyond that none is there.
    pub trouble: Option<Box<Failure>>,
}

/// What was just done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// The PIN was changed.
    PinChanged,
    /// The PIN was unblocked.
    Unblocked,
    /// A certificate was deleted.
    Deleted,
}

/// Whether an entry can be used, and why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It can.
    Usable,
    /// It can, but not for long: days left.
    EndsSoon(i64),
    /// It can, as far as can be told without the PIN.
    KeyHidden,
    /// It cannot.
    Not(Unusable),
}

/// Whether this can be used at `now`, and why not.
#[must_use]
pub fn standing(entry: &TokenEntry, now: Timestamp) -> Standing {
    if let Some(reason) = entry.reason {
        return Standing::Not(reason);
    }
    match (entry.usable, entry.not_after.map(|until| days(now, until))) {
        (Some(_), Some(days)) if days <= SOON_DAYS => Standing::EndsSoon(days),
        (Some(_), _) => Standing::Usable,
        (None, _) => Standing::KeyHidden,
    }
}

/// Whole days between two times.
fn days(from: Timestamp, until: Timestamp) -> i64 {
    until.duration_since(from).as_secs() / (24 * 3600)
}
