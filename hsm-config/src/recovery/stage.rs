//! A private directory beside the tokens, for files that are not in place yet. It goes with the value; what a killed run left is
//! removed by the next one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use super::RecoveryError;

/// How the names of such directories begin. SoftHSM passes over a directory without a token.
const PREFIX: &str = ".inkan-stage-";

pub(super) struct Stage {
    directory: tempfile::TempDir,
    /// Whoever finds the directory unlocked may remove it.
    _lock: File,
}

impl Stage {
    /// Mode 0700, on the file system of the tokens.
    pub(super) fn new(tokens: &Path) -> Result<Self, RecoveryError> {
        let fail = RecoveryError::file(tokens);
        remove_left(tokens).map_err(&fail)?;
        let directory = tempfile::Builder::new()
            .prefix(PREFIX)
            .permissions(fs::Permissions::from_mode(0o700))
            .tempdir_in(tokens)
            .map_err(&fail)?;
        let lock = File::open(directory.path()).map_err(&fail)?;
        lock.lock().map_err(&fail)?;
        Ok(Self {
            directory,
            _lock: lock,
        })
    }

    pub(super) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// A token directory of its own with this token in it, durable; where the token is.
    pub(super) fn put<'a>(
        &self,
        name: &str,
        files: impl Iterator<Item = (&'a str, &'a [u8])>,
    ) -> Result<PathBuf, RecoveryError> {
        let tokens = self.path().join("tokens");
        let token = tokens.join(name);
        let fail = RecoveryError::file(&token);
        private_directory(&tokens).map_err(&fail)?;
        private_directory(&token).map_err(&fail)?;
        for (name, content) in files {
            write_new(&token.join(name), content).map_err(&fail)?;
        }
        File::open(&token)
            .and_then(|directory| directory.sync_all())
            .map_err(&fail)?;
        Ok(token)
    }

    /// A configuration of SoftHSM for [`Stage::put`].
    pub(super) fn configuration(&self) -> Result<PathBuf, RecoveryError> {
        let path = self.path().join("softhsm2.conf");
        let text = format!(
            "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
            self.path().join("tokens").display()
        );
        write_new(&path, text.as_bytes()).map_err(RecoveryError::file(&path))?;
        Ok(path)
    }
}

fn private_directory(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().mode(0o700).create(path)
}

fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// Removes what killed runs of the same user have left.
fn remove_left(tokens: &Path) -> io::Result<()> {
    let own = rustix::process::geteuid().as_raw();
    for entry in fs::read_dir(tokens)? {
        let path = entry?.path();
        let named = path.file_name().and_then(|name| name.to_str());
        let named = named.is_some_and(|name| name.starts_with(PREFIX));
        // Another run may remove it at the same time.
        let Ok(found) = path.symlink_metadata() else {
            continue;
        };
        if !named || !found.is_dir() || found.uid() != own {
            continue;
        }
        let Ok(left) = File::open(&path) else {
            continue;
        };
        // A run in progress has locked its directory.
        if left.try_lock().is_ok() {
            fs::remove_dir_all(&path)?;
        }
    }
    Ok(())
}
