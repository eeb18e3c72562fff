//! The HSM: SoftHSM in the data directory, set up by the same specification and
//! the same `apply` as a real one, with random PINs.

use inkan_hsm_config::Spec;
use inkan_hsm_config::apply::{ApplyError, apply};
use jiff::Timestamp;

use super::directory::Directory;
use super::{DevError, files};
use crate::workflow::staffing::temporary_password;

/// The specification; its paths start at its directory.
const SPEC: &str = include_str!("hsm.toml");

/// What `SOFTHSM2_CONF` names.
pub fn write_softhsm_conf(directory: &Directory) -> Result<(), DevError> {
    let text = format!(
        "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
        directory.at("tokens").display()
    );
    files::write(&directory.softhsm_conf(), text.as_bytes())
}

/// Tokens, keys and CA certificates; a set-up that broke off is continued.
pub fn ensure(directory: &Directory, now: Timestamp) -> Result<(), DevError> {
    for pin in ["root-so", "root", "issuing-so", "issuing"] {
        let path = directory.at(&format!("secrets/{pin}.pin"));
        if files::read(&path)?.is_none() {
            let random = temporary_password().map_err(|e| DevError::Hsm(e.to_string()))?;
            files::write(&path, random.expose().as_bytes())?;
        }
    }
    let path = directory.hsm_spec();
    if files::read(&path)?.is_none() {
        files::write(&path, SPEC.as_bytes())?;
    }
    let spec = Spec::load(&path).map_err(|e| DevError::Hsm(e.to_string()))?;
    match apply(&spec, now, false, &mut |_| {}) {
        Ok(_) | Err(ApplyError::Complete { .. }) => Ok(()),
        Err(error) => Err(DevError::Hsm(error.to_string())),
    }
}
