//! Why no CRL was signed, without prose.

use thiserror::Error;

use super::CrlDefect;
use crate::apply::ApplyError;

/// Why no CRL was signed. Sentences are in [`catalogue::crl`](crate::catalogue::crl).
#[derive(Debug, Error)]
#[error("{:?}", self)]
pub enum CrlError {
    /// An error that `apply` has as well: transcript, PIN, HSM, files.
    Apply(#[from] ApplyError),
    /// The ceremony of this environment is not complete.
    Incomplete,
    /// No key with this id is a root CA.
    NotARoot(String),
    /// This CA has not issued a certificate to the key.
    NotIssued {
        /// The key.
        key: String,
        /// The CA.
        ca: String,
    },
    /// It is on the CRL, for another reason.
    AlreadyRevoked {
        /// The key.
        key: String,
        /// The recorded reason.
        reason: &'static str,
    },
    /// The number of days is out of range.
    Days(u32),
    /// The root's own certificate has expired or is not valid yet.
    RootNotValid,
    /// The CRL that the HSM signed cannot be used.
    Unusable(CrlDefect),
}
