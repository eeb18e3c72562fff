//! Why the program ended, for its user.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use inkan_server::app::error::AppError;
use thiserror::Error;

/// Why the program ended.
#[derive(Debug, Error)]
pub enum DevError {
    /// A file or directory.
    #[error("{path}: {reason}. Give another directory with --data-dir.", path = .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// The system's reason.
        reason: String,
    },
    /// Another server uses the directory.
    #[error("{path} is in use by another server. Stop it, or give another --data-dir.", path = .0.display())]
    InUse(PathBuf),
    /// The configuration leads out of the data directory or off this machine.
    #[error(
        "{field}: {problem}. This program creates staff without a second person, so it uses only what it created itself: \
         run `inkan-server` for anything else, or start with an empty --data-dir."
    )]
    Elsewhere {
        /// The field, or the file.
        field: &'static str,
        /// Where it leads. Never a URL: that may hold a password.
        problem: String,
    },
    /// The module is not SoftHSM2.
    #[error(
        "hsm.toml: {module} reports {reported}, which is not SoftHSM2. This program creates staff without a second person, so \
         it uses no other HSM: run `inkan-server` for that."
    , module = .module.display())]
    Module {
        /// The module's file.
        module: PathBuf,
        /// What it reports.
        reported: String,
    },
    /// The database is not empty, and this program did not create it.
    #[error(
        "store.url: the database was not created by this program. It creates staff without a second person, so it uses only a \
         database that it created: give an empty one, or run `inkan-server` for this one."
    )]
    Database,
    /// The database does not respond.
    #[error("store.url: {0}. Check that the database can be reached and written by this user.")]
    Store(sqlx::Error),
    /// The program could not be executed again.
    #[error("cannot execute the second stage: {0}")]
    Execute(std::io::Error),
    /// Setting up the HSM.
    #[error("setting up the HSM: {0}. Is softhsm2 installed?")]
    Hsm(String),
    /// Keys and certificates of server and staff.
    #[error("creating certificates: {0}")]
    Certificates(String),
    /// The demo's data.
    #[error("demo data: {0}")]
    Seed(String),
    /// What ends the server ends this program, too.
    #[error(transparent)]
    Server(#[from] AppError),
}

impl DevError {
    pub(crate) fn file(path: &Path, reason: &dyn Display) -> Self {
        Self::File {
            path: path.to_owned(),
            reason: reason.to_string(),
        }
    }

    /// Stable code of what this program refuses to touch.
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Self::Elsewhere { .. } => Some("dev-elsewhere"),
            Self::Module { .. } => Some("dev-module"),
            Self::Database => Some("dev-database"),
            _ => None,
        }
    }

    /// 3: it would touch something that is not its own, or the configuration is wrong; otherwise as `inkan-server`.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Server(error) => error.exit_code(),
            _ if self.code().is_some() => ExitCode::from(3),
            _ => ExitCode::FAILURE,
        }
    }
}
