//! The paths in the data directory.

use std::fs::File;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

use crate::{DevError, files};

/// Marks every directory of this program.
const MARKER: &str = "made-by-inkan-dev";

/// The data directory, absolute, for its owner only.
#[derive(Debug, Clone)]
pub struct Directory(PathBuf);

impl Directory {
    /// Creates the directory if it is missing. One that is not empty must have been created by this program.
    pub fn open(path: &Path) -> Result<Self, DevError> {
        let fail = |error: std::io::Error| DevError::file(path, &error);
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true).mode(0o700);
        builder.create(path).map_err(fail)?;
        let path = path.canonicalize().map_err(fail)?;
        let directory = Self(path);
        let made = directory.at(MARKER);
        let fail = |error: std::io::Error| DevError::file(&directory.0, &error);
        if !made.is_file()
            && std::fs::read_dir(&directory.0)
                .map_err(fail)?
                .next()
                .is_some()
        {
            return Err(DevError::Elsewhere {
                field: "--data-dir",
                problem: "is not empty, and was not made by this program".to_owned(),
            });
        }
        files::create(&made)?;
        for inside in ["", "tokens", "secrets", "staff", "hsm"] {
            directory.make(inside)?;
        }
        Ok(directory)
    }

    fn make(&self, inside: &str) -> Result<(), DevError> {
        let path = self.0.join(inside);
        if path.is_symlink() {
            return Err(DevError::Elsewhere {
                field: "--data-dir",
                problem: format!("{} is a link to another place", path.display()),
            });
        }
        let fail = |error: std::io::Error| DevError::file(&path, &error);
        std::fs::create_dir_all(&path).map_err(fail)?;
        let mode = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(&path, mode).map_err(fail)
    }

    /// Held until the file is dropped; one server per directory.
    pub fn lock(&self) -> Result<File, DevError> {
        let path = self.0.join("lock");
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path);
        let file = file.map_err(|error| DevError::file(&path, &error))?;
        flock(&file, FlockOperation::NonBlockingLockExclusive)
            .map_err(|_| DevError::InUse(self.0.clone()))?;
        Ok(file)
    }

    /// Removes `dev.json`, which means "ready".
    pub fn forget_description(&self) -> Result<(), DevError> {
        let path = self.description();
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(DevError::file(&path, &error))
            }
            _ => Ok(()),
        }
    }

    /// The directory itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The embedded database.
    pub fn database(&self) -> PathBuf {
        self.at("inkan.db")
    }

    /// A path below the directory.
    pub fn at(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// `softhsm2.conf`.
    pub fn softhsm_conf(&self) -> PathBuf {
        self.at("softhsm2.conf")
    }

    /// The tokens of the `number`-th HSM, from 2 on: copies of the first one's.
    pub fn copied_tokens(&self, number: usize) -> PathBuf {
        self.at(&format!("tokens-{number}"))
    }

    /// Its `softhsm2.conf`.
    pub fn copied_softhsm_conf(&self, number: usize) -> PathBuf {
        self.at(&format!("softhsm2-{number}.conf"))
    }

    /// The HSM's specification.
    pub fn hsm_spec(&self) -> PathBuf {
        self.at("hsm.toml")
    }

    /// The server's configuration.
    pub fn config(&self) -> PathBuf {
        self.at("inkan.toml")
    }

    /// `dev.json`.
    pub fn description(&self) -> PathBuf {
        self.at("dev.json")
    }

    /// The agent's bank file.
    pub fn bank_file(&self) -> PathBuf {
        self.at("bank.toml")
    }

    /// The bank file of agents on staff's PCs.
    pub fn staff_bank_file(&self) -> PathBuf {
        self.at("bank-staff.toml")
    }

    /// The soft CA of the server's certificates.
    pub fn server_ca(&self) -> PathBuf {
        self.at("server-ca.pem")
    }

    /// The server's certificate and key.
    pub fn server_identity(&self) -> (PathBuf, PathBuf) {
        (self.at("server.pem"), self.at("server.key"))
    }
}
