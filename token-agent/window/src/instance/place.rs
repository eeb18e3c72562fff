//! Where lock and socket are: a directory of this user alone.

use std::io;
use std::path::{Path, PathBuf};

use inkan_pki::x509::fingerprint::sha256_hex;

/// The directory: the session's own (`XDG_RUNTIME_DIR`), which ends with the session, or else beside the bank files. A window
/// with other bank files than the usual ones (`named`) is another window: it must not get links that are not for its banks.
#[must_use]
pub fn directory(runtime: Option<PathBuf>, config: &Path, named: bool) -> PathBuf {
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

/// Makes it, and closes it to others.
///
/// # Errors
/// What the system said, or that it is somebody else's.
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
