//! Why there is no list, without prose.

use thiserror::Error;

use crate::apply::ApplyError;

/// Why no list was made.
#[derive(Debug, Error)]
#[error("{}", crate::catalogue::list(self).sentence)]
pub enum ListError {
    /// What `apply` can stumble over, too: transcript, PIN, HSM, files.
    Apply(#[from] ApplyError),
    /// The ceremony of this environment is not complete.
    Incomplete,
    /// No key of that id signs itself.
    NotARoot(String),
    /// The key has no certificate of this CA.
    NotIssued {
        /// The key.
        key: String,
        /// The CA.
        ca: String,
    },
    /// It is on the list, for another reason.
    Revoked {
        /// The key.
        key: String,
        /// The reason on record.
        reason: &'static str,
    },
    /// So many days are too few or too many.
    Days(u32),
    /// The root's own certificate is over, or not valid yet.
    RootOver,
}
