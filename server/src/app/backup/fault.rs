//! What can go wrong with a backup, with stable codes.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why a backup was not made, or cannot be used.
#[derive(Debug, Error)]
pub enum BackupFault {
    /// The recipient is not an age public key.
    #[error("--recipient: not an age public key (age1…)")]
    Recipient,
    /// The identity's file cannot be used.
    #[error("{}: {reason}", file.display())]
    Identity {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The target exists.
    #[error("{}: exists already", .0.display())]
    TargetExists(PathBuf),
    /// The disk is full.
    #[error("{}: no space is left", .0.display())]
    DiskFull(PathBuf),
    /// Reading or writing failed.
    #[error("{}: {reason}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// The system's reason.
        reason: String,
    },
    /// Not a backup, or not even encrypted with age.
    #[error("{}: is not a backup of this program", .0.display())]
    NoBackup(PathBuf),
    /// Encrypted for another key.
    #[error("{}: is encrypted for another key", .0.display())]
    OtherKey(PathBuf),
    /// Cut or changed.
    #[error("{}: is cut off, or was changed", .0.display())]
    Damaged(PathBuf),
    /// Its format is newer.
    #[error("{}: has format {found}; this program knows {known}", file.display())]
    Newer {
        /// The file.
        file: PathBuf,
        /// Its format.
        found: u32,
        /// The newest known one.
        known: u32,
    },
    /// The copy differs from the manifest.
    #[error("the database in the backup is not what its manifest states: {0}")]
    Differs(String),
    /// It is of another kind of database than the configuration's.
    #[error("the backup is of a {backup} database, and store.url names another kind")]
    OtherDatabase {
        /// The backup's.
        backup: &'static str,
    },
    /// It is another bank's.
    #[error("the backup is of the bank {0}")]
    OtherBank(String),
    /// The database is not empty.
    #[error("the database of store.url is not empty, or files are beside it")]
    NotVacant,
    /// One of PostgreSQL's programs cannot be started.
    #[error("{program} cannot be started: {reason}")]
    NoProgram {
        /// Its name.
        program: &'static str,
        /// The system's reason.
        reason: String,
    },
    /// It is older than the server.
    #[error("{program} is version {found}, and the server is version {server}")]
    ProgramOlder {
        /// Its name.
        program: &'static str,
        /// Its major version.
        found: i64,
        /// The server's.
        server: i64,
    },
    /// It failed.
    #[error("{program} failed: {said}")]
    Program {
        /// Its name.
        program: &'static str,
        /// The end of its standard error.
        said: String,
    },
}

impl BackupFault {
    /// Stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Recipient => "backup-recipient",
            Self::Identity { .. } => "backup-identity",
            Self::TargetExists(_) => "backup-target-exists",
            Self::DiskFull(_) => "backup-disk-full",
            Self::File { .. } => "backup-file",
            Self::NoBackup(_) => "backup-not-a-backup",
            Self::OtherKey(_) => "backup-other-key",
            Self::Damaged(_) => "backup-damaged",
            Self::Newer { .. } => "backup-newer",
            Self::Differs(_) => "backup-differs",
            Self::OtherDatabase { .. } => "backup-other-database",
            Self::OtherBank(_) => "backup-other-bank",
            Self::NotVacant => "restore-not-empty",
            Self::NoProgram { .. } => "backup-pg-missing",
            Self::ProgramOlder { .. } => "backup-pg-version",
            Self::Program { .. } => "backup-pg-failed",
        }
    }

    /// What to do.
    #[must_use]
    pub const fn next(&self) -> &'static str {
        match self {
            Self::Recipient => "Give the line `age1…` that age-keygen printed.",
            Self::Identity { .. } => "Give the file that age-keygen wrote, with mode 600.",
            Self::TargetExists(_) => "Choose another name: a backup is never overwritten.",
            Self::DiskFull(_) => "Free space, and run it again: nothing was left behind.",
            Self::File { .. } => "Correct the path, or let this user use it.",
            Self::NoBackup(_) => "Check the path.",
            Self::OtherKey(_) => "Give the identity that belongs to the recipient of this backup.",
            Self::Damaged(_) | Self::Differs(_) => {
                "Take another copy of this backup, or an earlier one."
            }
            Self::Newer { .. } => "Use the program that made it, or a newer one.",
            Self::OtherDatabase { .. } => "Restore it into the same kind of database.",
            Self::OtherBank(_) => "Check --config and --from.",
            Self::NotVacant => {
                "Move the file and everything beside it away, or create an empty database."
            }
            Self::NoProgram { .. } => "Install PostgreSQL's client programs, or give --pg-bin.",
            Self::ProgramOlder { .. } => {
                "Give --pg-bin with the programs of the server's version, or a newer one."
            }
            Self::Program { .. } => "Correct what it reports, and run it again.",
        }
    }

    /// An error of a file that is written.
    #[must_use]
    pub fn writing(file: &std::path::Path, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::DiskFull(file.to_owned())
            }
            io::ErrorKind::AlreadyExists => Self::TargetExists(file.to_owned()),
            _ => Self::file(file, error),
        }
    }

    /// Another error of a file.
    #[must_use]
    pub fn file(file: &std::path::Path, error: &io::Error) -> Self {
        let (file, reason) = (file.to_owned(), error.to_string());
        Self::File { file, reason }
    }
}
