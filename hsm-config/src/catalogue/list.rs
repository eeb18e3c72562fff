//! Why no list was made.

use super::{Explanation, apply, say};
use crate::list::{DAYS, ListError};

/// Explains a [`ListError`].
#[must_use]
pub fn list(error: &ListError) -> Explanation {
    match error {
        ListError::Apply(error) => apply(error),
        ListError::Incomplete => say(
            "list-incomplete",
            "The ceremony of this environment is not complete.".to_owned(),
            "Run `inkan-hsm apply` to its end first.",
        ),
        ListError::NotARoot(key) => say(
            "list-not-a-root",
            format!("The specification has no root CA \"{key}\"."),
            "Name a key with use = \"root-ca\". Lists of other CAs are made by the server.",
        ),
        ListError::NotIssued { key, ca } => say(
            "list-not-issued",
            format!("{key} has no certificate of {ca}."),
            "Name a CA whose certificate was signed by this root.",
        ),
        ListError::Revoked { key, reason } => say(
            "list-revoked",
            format!("{key} is on the list already, with the reason {reason}."),
            "It stays as it is; leave it out.",
        ),
        ListError::Days(days) => say(
            "list-days",
            format!("A list for {days} days cannot be made."),
            format!("Use {} to {}.", DAYS.start(), DAYS.end()),
        ),
        ListError::RootOver => say(
            "list-root-over",
            "The root's certificate is over, or not valid yet.".to_owned(),
            "Check the clock of this machine; a root that is over signs nothing any more.",
        ),
    }
}
