//! Identifiers and digests as they stand in the database.

/// The form of every `*_sha256` column.
pub use inkan_pki::x509::fingerprint::sha256_hex;

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
