//! The directory of lock and socket, private to this user.

use std::path::{Path, PathBuf};

use inkan_agent::config::directory::ConfigDir;
use inkan_pki::x509::fingerprint::sha256_hex;

/// The directory: in the session's own (`XDG_RUNTIME_DIR`), which ends with the session, otherwise among the files of this
/// computer. A window with a configuration other than the default (`named`) is separate: it must not receive links for
/// banks that it does not know.
#[must_use]
pub fn path(runtime: Option<PathBuf>, config: &ConfigDir, named: bool) -> PathBuf {
    let (base, usual) = match runtime.filter(|r| r.is_absolute()) {
        Some(runtime) => (runtime, "inkan"),
        None => (config.local().to_owned(), "run"),
    };
    // Beside a named configuration there is no other.
    if named && base != config.path() {
        base.join(format!("{usual}-{}", hash(config.path())))
    } else {
        base.join(usual)
    }
}

fn hash(config: &Path) -> String {
    let real = std::fs::canonicalize(config).unwrap_or_else(|_| config.to_owned());
    let hash = sha256_hex(real.as_os_str().as_encoded_bytes());
    hash[..16].to_owned()
}

#[cfg(all(test, unix))] // absolute paths
#[allow(clippy::unwrap_used)]
mod tests {
    use inkan_agent::config::directory::UserDirectories;

    use super::*;

    #[test]
    fn every_configuration_has_a_window_of_its_own() {
        let user = UserDirectories {
            config: Some(PathBuf::from("/c/inkan")),
            local: Some(PathBuf::from("/l/inkan")),
        };
        let usual = ConfigDir::resolve(None, &user).unwrap();
        let named = ConfigDir::resolve(Some(PathBuf::from("/n")), &user).unwrap();
        let beside = ConfigDir::at(PathBuf::from("/n"));
        let runtime = || Some(PathBuf::from("/run/user/1"));
        assert_eq!(
            path(runtime(), &usual, false),
            Path::new("/run/user/1/inkan")
        );
        assert_eq!(path(None, &usual, false), Path::new("/l/inkan/run"));
        assert_eq!(path(None, &beside, true), Path::new("/n/run"));
        for (directory, prefix) in [
            (path(runtime(), &named, true), "/run/user/1/inkan-"),
            (path(None, &named, true), "/l/inkan/run-"),
        ] {
            let text = directory.display().to_string();
            assert!(
                text.starts_with(prefix) && text.ends_with(&hash(named.path())),
                "{text}"
            );
        }
    }
}
