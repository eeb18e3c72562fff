//! The keys of a backup (age, X25519): the server knows only the recipient's public key. The identity is kept elsewhere.

use std::fs;
use std::path::Path;
use std::str::FromStr;

use age::x25519::{Identity, Recipient};
use zeroize::Zeroizing;

use super::fault::BackupFault;
use crate::http::listen::private::readable_by_others;

/// Largest file of an identity, in bytes.
const MAX_FILE: u64 = 64 * 1024;

/// Reads a public key, for the command line.
///
/// # Errors
/// [`BackupFault::Recipient`].
pub fn recipient(text: &str) -> Result<Recipient, BackupFault> {
    Recipient::from_str(text.trim()).map_err(|_| BackupFault::Recipient)
}

/// Reads the identities of a file, one per line, as `age-keygen` writes it. Only its owner may read it.
///
/// # Errors
/// [`BackupFault::Identity`].
pub fn identities(file: &Path) -> Result<Vec<Identity>, BackupFault> {
    let fail = |reason: String| BackupFault::Identity {
        file: file.to_owned(),
        reason,
    };
    let found = fs::metadata(file).map_err(|error| fail(error.to_string()))?;
    if found.len() > MAX_FILE {
        return Err(fail("it is too large".to_owned()));
    }
    if let Some(mode) = readable_by_others(file) {
        return Err(fail(format!("can be read by others (mode {mode:04o})")));
    }
    let text = fs::read_to_string(file).map_err(|error| fail(error.to_string()))?;
    let text = Zeroizing::new(text);
    let lines = text.lines().map(str::trim);
    let keys: Vec<Identity> = lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| Identity::from_str(line).map_err(|why| fail(why.to_owned())))
        .collect::<Result<_, _>>()?;
    if keys.is_empty() {
        return Err(fail("contains no key (AGE-SECRET-KEY-1…)".to_owned()));
    }
    Ok(keys)
}
