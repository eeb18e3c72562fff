//! Everything in a configuration, and in the files it names, that cannot work: found without a socket, a database or an
//! HSM, and all at once. `config check` shows it; `serve` makes the same checks before it starts.
//!
//! - [`finding`]: what is found, with its stable code
//! - `addresses`: two listeners on one address, two with one URL
//! - `identities`: certificates and keys of the TLS listeners
//! - `private`: files that contain a secret and that others can read
//! - `published`: the public URL, and the one in the CA certificates

mod addresses;
pub mod finding;
mod identities;
mod private;
mod published;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod hsm_tests;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;

use std::path::Path;

use inkan_hsm_config::pin_source::PinError;
use inkan_pki::secret::locked::{LockedBytes, all_locked};
use jiff::Timestamp;

use self::finding::{Code, Finding};
use super::config::{self, Config};
use super::database::{self, FileFault};
use super::error::AppError;
use super::{hsm, mail};
use crate::ca::hsm::StartError;

/// Reads a configuration; errors of the file itself are the first findings.
///
/// # Errors
/// A file that cannot be read, or is not a configuration at all.
pub fn read(file: &Path, now: Timestamp) -> Result<(Config, Vec<Finding>), AppError> {
    let (config, fields) = config::read(file)?;
    let mut found: Vec<Finding> = fields.into_iter().map(Finding::from).collect();
    found.extend(all(&config, file, now));
    Ok((config, found))
}

/// Problems of the parts of a configuration in combination, and of the files it names.
pub fn all(config: &Config, file: &Path, now: Timestamp) -> Vec<Finding> {
    let mut found = addresses::find(config);
    found.extend(identities::find(config, now));
    found.extend(private::find(config, file));
    found.extend(published::find(config));
    // A missing file was reported as a field.
    if config.hsm.units().all(|unit| unit.spec.is_file()) {
        let looked = hsm::choose(config).and_then(|chosen| chosen.look());
        found.extend(looked.err().map(|error| match error {
            AppError::Pin(PinError::FileReadableByOthers(..)) => {
                unusable(Code::ReadableByOthers, &error)
            }
            error => unusable(Code::Hsm, &error),
        }));
    }
    found.extend(memory(config));
    let driver = hsm::driver(config);
    if !driver.is_file() {
        let missing = AppError::Hsm(StartError::DriverMissing(driver));
        found.push(unusable(Code::Hsm, &missing));
    }
    match database::look(&config.store.url) {
        // An unusable URL was reported as a field.
        Ok(()) | Err(AppError::Store(_)) => {}
        Err(error @ AppError::StoreFile(FileFault::KeyReadableByOthers(..))) => {
            found.push(unusable(Code::ReadableByOthers, &error));
        }
        Err(error) => found.push(unusable(Code::Store, &error)),
    }
    let password = found.iter().any(|one| one.is_about("mail.password"));
    if !password {
        let mail = mail::smtp_config(config).err();
        found.extend(mail.map(|error| unusable(Code::Mail, &error)));
    }
    found
}

/// Whether shares and the PIN would stay out of swap, if the PIN is shared.
fn memory(config: &Config) -> Option<Finding> {
    if !hsm::pin_is_shared(config) {
        return None;
    }
    drop(LockedBytes::new(&[0]));
    (!all_locked()).then(|| {
        Finding::new(
            Code::MemoryNotLocked,
            "hsm.unseal_socket",
            "the system does not let this user lock memory, so shares and the PIN may be written to swap",
            "Raise the limit (LimitMEMLOCK= in the unit, `ulimit -l`), or turn swap off.",
        )
    })
}

/// The error with which the start would end, in its own words: they name the field and what to do.
fn unusable(code: Code, error: &AppError) -> Finding {
    Finding {
        code,
        text: error.to_string(),
    }
}
