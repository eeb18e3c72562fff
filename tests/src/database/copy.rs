//! A copy of a bank's database, to be changed without the bank.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::Database;
use crate::Outcome;
use crate::bank::Bank;

/// A copy of a bank's database, with a configuration that points to it.
#[derive(Debug)]
pub struct DatabaseCopy {
    place: TempDir,
    /// The copy.
    pub database: Database,
    /// The configuration file.
    pub config: String,
}

impl DatabaseCopy {
    /// From a bank that is not running.
    pub fn of(bank: &Bank) -> Outcome<Self> {
        let place = TempDir::with_prefix("inkan-audit-")?;
        let original = file_of(&bank.data())?;
        let mut copied = PathBuf::new();
        for entry in fs::read_dir(bank.data())? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_owned();
            // The write-ahead log belongs to it.
            if path.is_file()
                && path
                    .to_string_lossy()
                    .starts_with(&*original.to_string_lossy())
            {
                fs::copy(&path, place.path().join(&name))?;
            }
            if path == original {
                copied = place.path().join(name);
            }
        }
        let text = fs::read_to_string(&bank.dev.config)?;
        let original = original.display().to_string();
        if !text.contains(&original) {
            return Err(format!("the configuration does not name {original}").into());
        }
        let config = place.path().join("inkan.toml");
        fs::write(
            &config,
            text.replace(&original, &copied.display().to_string()),
        )?;
        Ok(Self {
            database: Database::embedded(place.path())?,
            config: config.display().to_string(),
            place,
        })
    }

    /// From a bank that stopped in order: its file, and nothing beside it.
    pub fn of_file_alone(bank: &Bank) -> Outcome<Self> {
        let copy = Self::of(bank)?;
        let file = copy.file()?;
        for entry in fs::read_dir(copy.place())? {
            let path = entry?.path();
            let beside =
                path != file && path.to_string_lossy().starts_with(&*file.to_string_lossy());
            if beside {
                fs::remove_file(path)?;
            }
        }
        Ok(copy)
    }

    /// Where it is.
    pub fn place(&self) -> &Path {
        self.place.path()
    }

    /// The database's file.
    pub fn file(&self) -> Outcome<PathBuf> {
        file_of(self.place.path())
    }
}

fn file_of(data: &Path) -> Outcome<PathBuf> {
    let url = Database::embedded(data)?.url().replace("?mode=ro", "");
    Ok(PathBuf::from(url.trim_start_matches("sqlite://")))
}
