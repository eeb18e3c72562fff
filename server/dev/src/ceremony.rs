//! The HSM: SoftHSM in the data directory, set up by the same specification and
//! the same `apply` as a real one, with random PINs.

use inkan_hsm_config::Spec;
use inkan_hsm_config::apply::{ApplyError, apply};
use inkan_hsm_config::chain::certificate_der;
use inkan_hsm_config::list::{self, ListError};
use jiff::{SignedDuration, Timestamp};

use crate::directory::Directory;
use crate::{DevError, files, guard};
use inkan_server::workflow::staffing::temporary_password;

/// The specification; its paths start at its directory.
const SPEC: &str = include_str!("hsm.toml");
const ROOT: &str = "root-ca";
const ROOT_LIST_DAYS: u32 = 365;

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
    guard::hsm(directory, &spec)?;
    match apply(&spec, now, false, &mut |_| {}) {
        Ok(_) | Err(ApplyError::Complete { .. }) => {}
        Err(error) => return Err(DevError::Hsm(error.to_string())),
    }
    root_list(&spec, now).map_err(|e| DevError::Hsm(e.to_string()))
}

/// The root's revocation list, before the last one is half over.
fn root_list(spec: &Spec, now: Timestamp) -> Result<(), ListError> {
    let root = certificate_der(spec, ROOT).unwrap_or_default();
    let last = list::read(spec, ROOT, &root).ok().flatten();
    let half = SignedDuration::from_hours(24) * (ROOT_LIST_DAYS / 2).cast_signed();
    if last.is_some_and(|last| now + half < last.next_update && last.this_update <= now) {
        return Ok(());
    }
    let order = list::Order {
        ca: ROOT,
        days: ROOT_LIST_DAYS,
        revoke: &[],
    };
    list::sign(spec, &order, now, false).map(drop)
}
