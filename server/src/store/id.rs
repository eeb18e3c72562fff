//! Identifiers and digests as they stand in the database.

use sha2::{Digest, Sha256};

use super::StoreError;

/// A fresh identifier: 128 random bits as 32 lower-case hex digits.
///
/// # Errors
/// [`StoreError::Random`] when the operating system gives no randomness.
pub fn new_id() -> Result<String, StoreError> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).map_err(StoreError::Random)?;
    Ok(hex::encode(bytes))
}

/// SHA-256 in lower-case hex, the form of every `*_sha256` column.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
