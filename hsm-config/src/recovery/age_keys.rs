//! The keys of an archive (age, X25519): a backup needs only public keys. The identities are kept elsewhere.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::str::FromStr as _;

pub use age::x25519::{Identity, Recipient};
use zeroize::Zeroizing;

use super::RecoveryError;

/// Largest file of identities, in bytes.
const MAX_FILE: u64 = 64 * 1024;

/// Reads a public key (`age1…`).
///
/// # Errors
/// [`RecoveryError::Recipient`].
pub fn recipient(text: &str) -> Result<Recipient, RecoveryError> {
    Recipient::from_str(text.trim()).map_err(|_| RecoveryError::Recipient)
}

/// Reads the identities of a file, one per line, as `age-keygen` writes it. Only its owner may access it.
///
/// # Errors
/// [`RecoveryError::Identity`].
pub fn identities(file: &Path) -> Result<Vec<Identity>, RecoveryError> {
    let fail = |reason: &str| RecoveryError::Identity(file.to_owned(), reason.to_owned());
    let unreadable = |error: std::io::Error| fail(&error.to_string());
    let found = std::fs::metadata(file).map_err(unreadable)?;
    if !found.is_file() || found.len() > MAX_FILE {
        return Err(fail("it is not a file that age-keygen wrote"));
    }
    if found.mode() & 0o077 != 0 {
        return Err(fail("others may access it"));
    }
    let text = Zeroizing::new(std::fs::read_to_string(file).map_err(unreadable)?);
    let lines = text.lines().map(str::trim);
    let keys: Vec<Identity> = lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| Identity::from_str(line).map_err(fail))
        .collect::<Result<_, _>>()?;
    if keys.is_empty() {
        return Err(fail("it contains no key (AGE-SECRET-KEY-1…)"));
    }
    Ok(keys)
}
