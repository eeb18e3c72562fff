//! Temporary passwords of the demo's customers: made once, kept in a file of
//! their own (0600), told again after every start.

use inkan_pki::secret::Secret;
use serde::{Deserialize, Serialize};

use crate::directory::Directory;
use crate::{DevError, files};
use inkan_server::workflow::staffing::temporary_password;

/// What one customer was handed over on paper. The names are those of `dev.json`.
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
    /// The customer whose application is approved.
    pub demo: Temporary,
    /// The one whose application waits.
    pub second_contract: Temporary,
}

/// Makes the passwords, or reads those made before.
pub fn ensure(directory: &Directory) -> Result<Secrets, DevError> {
    let path = directory.at("dev-secrets");
    let fail = |error: &dyn std::fmt::Display| DevError::file(&path, error);
    if let Some(text) = files::read(&path)? {
        return serde_json::from_str(&text).map_err(|error| fail(&error));
    }
    let secrets = Secrets {
        demo: random()?,
        second_contract: random()?,
    };
    let text = serde_json::to_string_pretty(&secrets).map_err(|error| fail(&error))?;
    files::write(&path, text.as_bytes())?;
    Ok(secrets)
}

fn random() -> Result<Temporary, DevError> {
    let one = || -> Result<Secret, DevError> {
        temporary_password().map_err(|error| DevError::Seed(error.to_string()))
    };
    Ok(Temporary {
        temporary_login_password: one()?.expose().to_owned(),
        temporary_confirmation_password: one()?.expose().to_owned(),
    })
}
