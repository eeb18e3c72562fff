//! CA certificates that cannot be read.

use super::{Explanation, explain};
use crate::chain::ChainError;

/// Explains a [`ChainError`].
#[must_use]
pub fn chain(error: &ChainError) -> Explanation {
    const RESTORE: &str = "Restore the file from the custodians' copy.";
    match error {
        ChainError::NotSpecified(key) => explain(
            "chain-not-specified",
            format!("The specification has no certificate for the key \"{key}\"."),
            "Name a key that has a [[certificate]] in the specification.",
        ),
        ChainError::File(path, kind) => explain(
            "chain-unreadable",
            format!("The file {} cannot be read: {kind}.", path.display()),
            "Check that the ceremony is complete and who may read the file.",
        ),
        ChainError::Pem(path, error) => explain(
            "chain-malformed",
            format!("The file {} is not a certificate: {error}.", path.display()),
            RESTORE,
        ),
    }
}
