//! The directory of lock and socket, private to this user.

use std::io;
use std::path::{Path, PathBuf};

use inkan_pki::x509::fingerprint::sha256_hex;

/// The directory: in the session's own (`XDG_RUNTIME_DIR`), which ends with the session, otherwise beside the bank
/// files. A window with a configuration other than the default (`named`) is separate: it must not receive links for
/// banks that it does not know.
#[must_use]
pub fn path(runtime: Option<PathBuf>, config: &Path, named: bool) -> PathBuf {
    match runtime.filter(|r| r.is_absolute()) {
        Some(runtime) if named => {
            let real = std::fs::canonicalize(config).unwrap_or_else(|_| config.to_owned());
            let hash = sha256_hex(real.as_os_str().as_encoded_bytes());
            runtime.join(format!("inkan-{}", &hash[..16]))
        }
        Some(runtime) => runtime.join("inkan"),
        None => config.join("run"),
    }
}

/// Creates the directory and makes it private.
///
/// # Errors
/// The error that the system reports, or that another user owns the directory.
pub fn make_private(directory: &Path) -> io::Result<()> {
    std::fs::create_dir_all(directory)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        let about = std::fs::symlink_metadata(directory)?;
        if !about.is_dir() || about.uid() != rustix::process::geteuid().as_raw() {
            return Err(io::Error::from(io::ErrorKind::PermissionDenied));
        }
        if about.mode() & 0o077 != 0 {
            std::fs::set_permissions(directory, std::fs::Permissions::from_mode(0o700))?;
        }
    }
    Ok(())
}
