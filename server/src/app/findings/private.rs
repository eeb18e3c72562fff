//! Files that contain a secret, which only their owner may read, as with PIN files.

use std::path::{Path, PathBuf};

use super::finding::{Code, Finding};
use crate::app::config::Config;
use crate::app::config::mail::Password;
use crate::http::listen::private::readable_by_others;

pub(super) fn find(config: &Config, file: &Path) -> Vec<Finding> {
    let mut files: Vec<(&str, PathBuf)> = vec![
        ("portal.tls_key", config.portal.tls_key.clone()),
        ("certificate.tls_key", config.certificate.tls_key.clone()),
        ("staff.tls_key", config.staff.tls_key.clone()),
    ];
    // `[mail]` itself refuses its password's file, as a PIN file is refused; here it has the code of its kind.
    if let Some(Password::File(path)) = config.mail.as_ref().and_then(|mail| mail.password.as_ref())
    {
        files.push(("mail.password", path.clone()));
    }
    if has_password(&config.store.url) {
        files.push(("store.url", file.to_owned()));
    }
    // Password hashes. The server creates it for its owner alone; a restored copy may belong to anybody.
    if let Some(path) = config.store.url.strip_prefix("sqlite://") {
        files.push(("store.url", PathBuf::from(path)));
    }
    let mut found: Vec<Finding> = Vec::new();
    for (field, path) in files {
        if let Some(mode) = readable_by_others(&path) {
            let problem = format!("{} can be read by others (mode {mode:04o})", path.display());
            let next = format!(
                "Make it readable only by its owner: chmod 600 {}",
                path.display()
            );
            let one = Finding::new(Code::ReadableByOthers, field, &problem, &next);
            // Three listeners may share one key.
            if !found.iter().any(|other| other.text.contains(&problem)) {
                found.push(one);
            }
        }
    }
    found
}

/// Whether a database URL contains a password: before the host, or as a parameter.
fn has_password(url: &str) -> bool {
    let Some((_, rest)) = url.split_once("://") else {
        return false;
    };
    let (place, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    let authority = place.split('/').next().unwrap_or_default();
    let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
    user.contains(':')
        || parameters
            .split('&')
            .any(|one| one.split('=').next() == Some("password"))
}
