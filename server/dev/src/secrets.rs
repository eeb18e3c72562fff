//! Temporary passwords of the demo's customers, from their letters: kept in a separate file (0600), printed again after
//! every start.

use serde::{Deserialize, Serialize};

use crate::directory::Directory;
use crate::{DevError, files};

const FILE: &str = "dev-secrets";

/// One customer's temporary passwords. The names are those of `dev.json`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Temporary {
    /// For the login.
    pub temporary_login_password: String,
    /// For confirmations.
    pub temporary_confirmation_password: String,
}

/// Of both customers.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secrets {
    /// The customer of the seed.
    pub demo: Temporary,
    /// Another one.
    pub second_contract: Temporary,
}

/// The passwords of an earlier start.
pub fn read(directory: &Directory) -> Result<Secrets, DevError> {
    let path = directory.at(FILE);
    let text = files::read(&path)?.unwrap_or_default();
    serde_json::from_str(&text).map_err(|error| DevError::file(&path, &error))
}

/// Stores the passwords.
pub fn write(directory: &Directory, secrets: &Secrets) -> Result<(), DevError> {
    let path = directory.at(FILE);
    let text = serde_json::to_string_pretty(secrets);
    let text = text.map_err(|error| DevError::file(&path, &error))?;
    files::write(&path, text.as_bytes())
}
