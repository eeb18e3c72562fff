//! The HSM: SoftHSM in the data directory, set up by the same specification and
//! the same `apply` as a real one, with random PINs.

use std::path::Path;
use std::{fs, io};

use inkan_hsm_config::apply::{ApplyError, apply};
use inkan_hsm_config::chain::certificate_der;
use inkan_hsm_config::crl::{self, CrlError};
use inkan_hsm_config::{Spec, catalogue};
use jiff::{SignedDuration, Timestamp};

use crate::directory::Directory;
use crate::{DevError, files, guard};
use inkan_server::services::staff::directory::temporary_password;

/// The specification; its paths start at its directory.
const SPEC: &str = include_str!("hsm.toml");
const TOKENS: &str = "tokens";
const ROOT: &str = "root-ca";
const ROOT_CRL_DAYS: u32 = 365;

/// What `SOFTHSM2_CONF` names.
pub fn write_softhsm_conf(directory: &Directory) -> Result<(), DevError> {
    write_conf(&directory.softhsm_conf(), &directory.at(TOKENS))
}

fn write_conf(conf: &Path, tokens: &Path) -> Result<(), DevError> {
    let text = format!(
        "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
        tokens.display()
    );
    files::write(conf, text.as_bytes())
}

/// Copies all tokens for every further HSM, as they are now: no server runs.
pub fn copy_tokens(directory: &Directory, hsms: usize) -> Result<(), DevError> {
    for number in 2..=hsms {
        let to = directory.copied_tokens(number);
        let made = copy(&directory.at(TOKENS), &to);
        made.map_err(|error| DevError::file(&to, &error))?;
        write_conf(&directory.copied_softhsm_conf(number), &to)?;
    }
    Ok(())
}

/// Replaces a directory of tokens: one directory for each token, one file for each object.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), &to)?;
        }
    }
    Ok(())
}

/// Tokens, keys and CA certificates; resumes an interrupted set-up.
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
    let spec = Spec::load(&path).map_err(|e| DevError::Hsm(catalogue::spec(&e).sentence))?;
    guard::hsm(directory, &spec)?;
    match apply(&spec, now, false, &mut |_| {}) {
        Ok(_) | Err(ApplyError::Complete { .. }) => {}
        Err(error) => return Err(DevError::Hsm(catalogue::apply(&error).sentence)),
    }
    root_crl(&spec, now).map_err(|e| DevError::Hsm(catalogue::crl(&e).sentence))
}

/// Signs the root's CRL again before half of its validity has passed.
fn root_crl(spec: &Spec, now: Timestamp) -> Result<(), CrlError> {
    let root = certificate_der(spec, ROOT).unwrap_or_default();
    let last = crl::read(spec, ROOT, &root).ok().flatten();
    let half = SignedDuration::from_hours(24) * (ROOT_CRL_DAYS / 2).cast_signed();
    if last.is_some_and(|last| now + half < last.next_update && last.this_update <= now) {
        return Ok(());
    }
    let new_crl = crl::NewCrl {
        ca: ROOT,
        days: ROOT_CRL_DAYS,
        revoke: &[],
    };
    crl::sign(spec, &new_crl, now, false).map(drop)
}
