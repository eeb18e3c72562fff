//! Identifiers and digests as they are in the database.

use sha2::{Digest, Sha256};

use super::StoreError;

/// The form of every `*_sha256` column: SHA-256 of `bytes` as 64 lower-case hex digits.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// A fresh identifier: 128 random bits as 32 lower-case hex digits.
///
/// # Errors
/// [`StoreError::Random`] when the operating system gives no randomness.
pub fn new_id() -> Result<String, StoreError> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).map_err(StoreError::Random)?;
    Ok(hex::encode(bytes))
}
