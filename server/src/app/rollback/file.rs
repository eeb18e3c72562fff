//! The high-water file: one line of JSON and its SHA-256, replaced as a whole.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::app::config::Config;
use crate::app::error::AppError;
use crate::app::owner;
use crate::services::recovery::HighWater;
use crate::store::id::sha256_hex;

/// Largest file, in bytes: some hundred scopes need a tenth of it.
const MAX_FILE: u64 = 1024 * 1024;

/// A problem with the file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HighWaterFault {
    /// It cannot be read.
    #[error("{}: cannot be read: {reason}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// The system's reason.
        reason: String,
    },
    /// Its digest does not match, or it is of an unknown format.
    #[error("{}: is damaged, or was not written by this program", .0.display())]
    Damaged(PathBuf),
    /// It is another bank's.
    #[error("{}: is of the bank {bank}", file.display())]
    OtherBank {
        /// The file.
        file: PathBuf,
        /// Id of that bank.
        bank: String,
    },
    /// It cannot be written.
    #[error("{}: cannot be written: {reason}", file.display())]
    Unwritable {
        /// The file.
        file: PathBuf,
        /// The system's reason.
        reason: String,
    },
}

impl HighWaterFault {
    /// Stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "high-water-unreadable",
            Self::Damaged(_) => "high-water-damaged",
            Self::OtherBank { .. } => "high-water-other-bank",
            Self::Unwritable { .. } => "high-water-unwritable",
        }
    }

    /// What to do.
    #[must_use]
    pub const fn next(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } | Self::Unwritable { .. } => {
                "Correct rollback.high_water, or give the file and its directory to the server's user."
            }
            Self::Damaged(_) => {
                "Take the copy of another server of this bank. Without one, find out why before you remove it: the next start trusts the database."
            }
            Self::OtherBank { .. } => "Correct rollback.high_water: each bank has its own file.",
        }
    }
}

/// The file of a configuration.
#[derive(Debug, Clone)]
pub struct HighWaterFile {
    path: PathBuf,
    bank: String,
}

impl HighWaterFile {
    /// As configured.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        Self::at(config.high_water(), config)
    }

    /// Another one of the same bank.
    #[must_use]
    pub fn at(path: PathBuf, config: &Config) -> Self {
        Self {
            path,
            bank: config.bank.id.clone(),
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Id of the bank.
    #[must_use]
    pub fn bank(&self) -> &str {
        &self.bank
    }

    /// What it contains; none if it does not exist.
    ///
    /// # Errors
    /// [`AppError::HighWater`].
    pub fn read(&self) -> Result<Option<HighWater>, AppError> {
        let file = self.path.clone();
        let unreadable = |error: io::Error| HighWaterFault::Unreadable {
            file: file.clone(),
            reason: error.to_string(),
        };
        let text = match fs::metadata(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreadable(error).into()),
            Ok(found) if found.len() > MAX_FILE => {
                return Err(HighWaterFault::Damaged(file.clone()).into());
            }
            Ok(_) => fs::read(&self.path).map_err(unreadable)?,
        };
        let damaged = || HighWaterFault::Damaged(file.clone());
        let text = String::from_utf8(text).map_err(|_| damaged())?;
        let (content, digest) = text.split_once('\n').ok_or_else(damaged)?;
        if digest.trim_end() != sha256_hex(content.as_bytes()) {
            return Err(damaged().into());
        }
        let seen: HighWater = serde_json::from_str(content).map_err(|_| damaged())?;
        if seen.bank != self.bank {
            let bank = seen.bank;
            return Err(HighWaterFault::OtherBank { file, bank }.into());
        }
        if !seen.is_of(&self.bank) || !seen.is_genuine() {
            return Err(damaged().into());
        }
        Ok(Some(seen))
    }

    /// Replaces it in one step. A greater number that it has already stays: another server may keep the same file.
    ///
    /// # Errors
    /// [`AppError::HighWater`].
    pub fn write(&self, new: &HighWater) -> Result<(), AppError> {
        let merged = match self.read()? {
            Some(before) => new.clone().merged(before),
            None => new.clone(),
        };
        let content = serde_json::to_string(&merged)
            .map_err(|error| AppError::System(format!("high-water file: {error}")))?;
        self.replace(&content).map_err(|error| {
            let (file, reason) = (self.path.clone(), error.to_string());
            AppError::HighWater(HighWaterFault::Unwritable { file, reason })
        })
    }

    fn replace(&self, content: &str) -> io::Result<()> {
        let directory = self.path.parent().unwrap_or(Path::new("."));
        // For its owner alone, like every temporary file: the server, if root writes it.
        let mut file = tempfile::Builder::new()
            .prefix(".high-water-")
            .tempfile_in(directory)?;
        let digest = sha256_hex(content.as_bytes());
        owner::keep(file.as_file(), &self.path, directory)?;
        writeln!(file, "{content}\n{digest}")?;
        file.as_file().sync_all()?;
        file.persist(&self.path).map_err(|error| error.error)?;
        fs::File::open(directory)?.sync_all()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use jiff::Timestamp;

    use super::*;
    use crate::services::recovery::high_water::AuditMark;

    fn seen(status_seq: i64) -> HighWater {
        HighWater {
            format: 1,
            bank: "bank".to_owned(),
            at: Timestamp::UNIX_EPOCH,
            reconciliations: 0,
            status_seq,
            ended: Default::default(),
            crls: Default::default(),
            audit: AuditMark {
                seq: status_seq,
                hash: "h".to_owned(),
            },
            checkpoint: None,
        }
    }

    #[allow(clippy::panic)]
    fn code(file: &HighWaterFile) -> &'static str {
        match file.read() {
            Err(AppError::HighWater(fault)) => fault.code(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_file_is_replaced_as_a_whole_and_never_goes_back() {
        let place = tempfile::TempDir::new().unwrap();
        let bank = |bank: &str| HighWaterFile {
            path: place.path().join("high-water"),
            bank: bank.to_owned(),
        };
        let file = bank("bank");
        assert_eq!(file.read().unwrap(), None);
        file.write(&seen(5)).unwrap();
        file.write(&seen(4)).unwrap();
        assert_eq!(file.read().unwrap(), Some(seen(5)));
        let mode = fs::metadata(&file.path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(
            fs::read_dir(place.path()).unwrap().count(),
            1,
            "nothing else"
        );
        assert_eq!(code(&bank("other")), "high-water-other-bank");

        let whole = fs::read_to_string(&file.path).unwrap();
        let forged = whole.replace("\"status_seq\":5", "\"status_seq\":1");
        for damaged in ["", "{}", &forged, &whole[..whole.len() / 2]] {
            fs::write(&file.path, damaged).unwrap();
            assert_eq!(code(&file), "high-water-damaged", "{damaged}");
            // What cannot be understood is not overwritten.
            assert!(file.write(&seen(9)).is_err());
        }
        let nowhere = HighWaterFile {
            path: place.path().join("nowhere/high-water"),
            bank: "bank".to_owned(),
        };
        let error = nowhere.write(&seen(1)).unwrap_err().to_string();
        assert!(error.contains("[high-water-unwritable]"), "{error}");
    }
}
