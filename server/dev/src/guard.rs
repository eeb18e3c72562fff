//! This program touches only what it created: its SoftHSM2, its database, its files. It creates staff without a second
//! person, so anything else is refused at every start, before anything is written.

use std::path::{Component, Path};

use inkan_hsm_config::{Spec, catalogue};
use inkan_pki::pkcs11::LibraryInfo;
use inkan_server::app::config::Config;

use crate::directory::Directory;
use crate::{DevError, SOFTHSM_CONF, files, marker};

/// What SoftHSM2 reports about itself and each of its tokens, initialised or not.
const LIBRARY: &str = "SoftHSM";
const TOKEN_MANUFACTURER: &str = "SoftHSM project";
const TOKEN_MODEL: &str = "SoftHSM v2";

/// Refuses whatever is not this program's own. Writes nothing.
pub async fn all(directory: &Directory, config: &Config) -> Result<(), DevError> {
    configuration(directory, config)?;
    let spec = directory.hsm_spec();
    if files::read(&spec)?.is_some() {
        let spec = Spec::load(&spec).map_err(|e| DevError::Hsm(catalogue::spec(&e).sentence))?;
        hsm(directory, &spec)?;
    }
    marker::check(&config.store.url).await
}

/// Files must be in the directory, and mail must stay on this machine.
fn configuration(directory: &Directory, config: &Config) -> Result<(), DevError> {
    if config.hsm.spec != directory.hsm_spec() {
        return Err(leads_to("hsm.spec", &config.hsm.spec));
    }
    for (n, copy) in config.hsm.additional.iter().enumerate() {
        let own = directory.copied_softhsm_conf(n + 2);
        let variables: Vec<_> = copy.module_variables.iter().collect();
        let [(name, conf)] = variables.as_slice() else {
            return Err(leads_to("hsm.additional", &copy.spec));
        };
        if copy.spec != directory.hsm_spec() || *name != SOFTHSM_CONF || Path::new(conf) != own {
            return Err(leads_to("hsm.additional", Path::new(conf)));
        }
    }
    for (field, path) in [
        ("portal.tls_certificate", &config.portal.tls_certificate),
        ("portal.tls_key", &config.portal.tls_key),
        (
            "certificate.tls_certificate",
            &config.certificate.tls_certificate,
        ),
        ("certificate.tls_key", &config.certificate.tls_key),
        ("staff.tls_certificate", &config.staff.tls_certificate),
        ("staff.tls_key", &config.staff.tls_key),
    ] {
        if !inside(directory, path) {
            return Err(leads_to(field, path));
        }
    }
    if config.mail.as_ref().is_some_and(|mail| !mail.is_local()) {
        return Err(DevError::Elsewhere {
            field: "mail.server",
            problem: "is not on this machine".to_owned(),
        });
    }
    // A PostgreSQL database is identified only by its marker; a file must also be in the directory.
    if let Some(path) = config.store.url.strip_prefix("sqlite://")
        && (Path::new(path) != directory.database() || directory.database().is_symlink())
    {
        return Err(leads_to("store.url", Path::new(path)));
    }
    Ok(())
}

/// The module and every token in it must be SoftHSM2's, whatever the file is called, and certificates must be in the
/// directory.
pub fn hsm(directory: &Directory, spec: &Spec) -> Result<(), DevError> {
    if !inside(directory, spec.certificate_dir()) {
        return Err(leads_to("certificate_dir", spec.certificate_dir()));
    }
    let fail = |error: &dyn std::fmt::Display| DevError::Hsm(error.to_string());
    let module = spec
        .load_module()
        .map_err(|error| fail(&catalogue::module(&error).sentence))?;
    let library = module.library().map_err(|error| fail(&error))?;
    let mut reported = other_library(&library);
    if reported.is_none() {
        let tokens = module.tokens().map_err(|error| fail(&error))?;
        let tokens = tokens.iter().map(|t| (&*t.manufacturer, &*t.model));
        reported = other_token(tokens);
    }
    match reported {
        None => Ok(()),
        Some(reported) => Err(DevError::Module {
            module: module.path().to_owned(),
            reported,
        }),
    }
}

/// What a library that is not SoftHSM2's reports.
fn other_library(library: &LibraryInfo) -> Option<String> {
    let LibraryInfo {
        manufacturer,
        description,
        ..
    } = library;
    (manufacturer != LIBRARY).then(|| format!("\"{description}\" by \"{manufacturer}\""))
}

/// What a token that is not SoftHSM2's reports, of (manufacturer, model) of each. SoftHSM2 always has one that is not
/// initialised yet.
fn other_token<'a>(tokens: impl IntoIterator<Item = (&'a str, &'a str)>) -> Option<String> {
    let mut none = true;
    for (manufacturer, model) in tokens {
        if manufacturer != TOKEN_MANUFACTURER || model != TOKEN_MODEL {
            return Some(format!("a token \"{model}\" by \"{manufacturer}\""));
        }
        none = false;
    }
    none.then(|| "no token".to_owned())
}

/// Whether it is below the directory, by its name alone; links are not followed.
fn inside(directory: &Directory, path: &Path) -> bool {
    let below = path.strip_prefix(directory.path());
    below.is_ok_and(|rest| {
        let plain = |part: Component<'_>| matches!(part, Component::Normal(_));
        rest.components().all(plain)
    })
}

fn leads_to(field: &'static str, path: &Path) -> DevError {
    DevError::Elsewhere {
        field,
        problem: format!("{} is not of the data directory", path.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_token_counts_and_no_token_is_none_of_softhsms() {
        let soft = (TOKEN_MANUFACTURER, TOKEN_MODEL);
        assert_eq!(other_token([soft, soft]), None);
        let other = other_token([soft, ("SafeNet", "Luna K7")]);
        assert_eq!(other.as_deref(), Some("a token \"Luna K7\" by \"SafeNet\""));
        assert!(other_token([("SoftHSM project", "Luna K7")]).is_some());
        assert!(other_token([("SafeNet", "SoftHSM v2")]).is_some());
        assert_eq!(other_token([]).as_deref(), Some("no token"));
    }
}
