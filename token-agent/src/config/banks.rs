//! The list of installed banks: `banks/<id>.toml`.

use std::fs;
use std::path::{Path, PathBuf};

use inkan_pki::messages::identifier::Identifier;
use inkan_pki::x509::chain::verify_issued_by;
use rustls_pki_types::CertificateDer;

use super::bank::Bank;
use super::directory::{ConfigDir, make_text, read_text, replace_text};
use super::field_error;
use crate::error::{FieldFault, SetupError};

/// Maximum number of banks listed.
pub const MAX_BANKS: usize = 100;

fn path_of(config: &ConfigDir, id: &Identifier) -> PathBuf {
    config.banks().join(format!("{id}.toml"))
}

/// The bank with this id.
///
/// # Errors
/// [`SetupError::BankUnknown`], or an invalid file.
pub fn find(config: &ConfigDir, id: &Identifier) -> Result<Bank, SetupError> {
    let path = path_of(config, id);
    if !path.exists() {
        return Err(SetupError::BankUnknown { id: id.clone() });
    }
    load(&path)
}

/// Loads one installed file; its id must equal its name.
fn load(path: &Path) -> Result<Bank, SetupError> {
    let bank = Bank::parse(&read_text(path)?, path)?;
    if path.file_stem().and_then(|s| s.to_str()) != Some(bank.id.as_str()) {
        return Err(field_error(path, "id", FieldFault::NotFileName));
    }
    Ok(bank)
}

/// An installed file: its id, and the bank or why the file is invalid.
pub type Installed = (String, Result<Bank, SetupError>);

/// All installed banks, sorted by id, each with the reason if its file is invalid.
///
/// # Errors
/// If the directory exists and cannot be read.
pub fn all(config: &ConfigDir) -> Result<Vec<Installed>, SetupError> {
    let directory = config.banks();
    if !directory.exists() {
        return Ok(Vec::new());
    }
    let unreadable = |e: std::io::Error| SetupError::Unreadable {
        path: directory.clone(),
        detail: e.to_string(),
    };
    let mut found = Vec::new();
    for entry in fs::read_dir(&directory)
        .map_err(unreadable)?
        .take(MAX_BANKS)
    {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|e| e == "toml") {
            let id = path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            found.push((id, load(&path)));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(found)
}

/// All banks with a valid file.
///
/// # Errors
/// As [`all`].
pub fn usable(config: &ConfigDir) -> Result<Vec<Bank>, SetupError> {
    Ok(all(config)?
        .into_iter()
        .filter_map(|(_, bank)| bank.ok())
        .collect())
}

/// The result of [`add`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// The file was written.
    New,
    /// The same file was installed already.
    Same,
    /// The file replaced one of the same bank with the same trust.
    Continued,
}

/// Installs the text of a valid bank file. An installed file is replaced only by one that continues it: the same bank
/// with the same addresses, where every customer CA is known already or signed by a known one.
///
/// # Errors
/// [`SetupError::BankDiffers`] for any other difference.
pub fn add(config: &ConfigDir, bank: &Bank, text: &str) -> Result<Added, SetupError> {
    let path = path_of(config, &bank.id);
    if !path.exists() && make_text(&path, text)? {
        Ok(Added::New)
    } else if read_text(&path)? == text {
        Ok(Added::Same)
    } else if load(&path).is_ok_and(|old| continues(&old, bank)) {
        replace_text(&path, text)?;
        Ok(Added::Continued)
    } else {
        Err(SetupError::BankDiffers {
            id: bank.id.clone(),
        })
    }
}

/// Whether the trust in `new` follows from `old`.
fn continues(old: &Bank, new: &Bank) -> bool {
    let vouched = |ca: &CertificateDer<'_>| {
        let known = old.customer_ca.iter();
        known
            .into_iter()
            .any(|trusted| trusted == ca || verify_issued_by(ca, trusted).is_ok())
    };
    old.name == new.name
        && old.portal == new.portal
        && old.certificate == new.certificate
        && old.server_ca == new.server_ca
        && new.customer_ca.iter().all(vouched)
}

/// Removes a bank, even if its file cannot be read.
///
/// # Errors
/// [`SetupError::BankUnknown`], [`SetupError::Unwritable`].
pub fn remove(config: &ConfigDir, id: &Identifier) -> Result<(), SetupError> {
    let path = path_of(config, id);
    if !path.exists() {
        return Err(SetupError::BankUnknown { id: id.clone() });
    }
    fs::remove_file(&path).map_err(|e| SetupError::Unwritable {
        path,
        detail: e.to_string(),
    })
}
