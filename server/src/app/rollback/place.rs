//! Whether the high-water file is at a place where it can be kept, and does not go back together with the database.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::app::config::Config;

/// What an operator should change. The server serves all the same.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlaceWarning {
    /// There is no such directory.
    #[error(
        "rollback.high_water: the directory of {} does not exist. Create it for the server's user: without the file an \
         older database is not noticed",
        .0.display()
    )]
    NoDirectory(PathBuf),
    /// A snapshot of the disk takes both back.
    #[error(
        "rollback.high_water: {} is on the disk of the database. A snapshot of that disk takes both back, and nothing \
         shows it. Put the file on another disk, or set rollback.published_url or rollback.published_directory",
        .0.display()
    )]
    SameDevice(PathBuf),
}

impl PlaceWarning {
    /// Stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoDirectory(_) => "high-water-no-directory",
            Self::SameDevice(_) => "high-water-same-device",
        }
    }
}

/// What is wrong with the place of the file, configured or not.
#[must_use]
pub fn warning(config: &Config) -> Option<PlaceWarning> {
    let file = config.high_water();
    let Some(directory) = file.parent().filter(|directory| directory.is_dir()) else {
        return Some(PlaceWarning::NoDirectory(file));
    };
    let rollback = &config.rollback;
    if rollback.published_url.is_some() || rollback.published_directory.is_some() {
        return None;
    }
    // Where the files of a PostgreSQL database are is not known here.
    let database = Path::new(config.store.url.strip_prefix("sqlite://")?);
    let same = device(directory)? == device(database.parent()?)?;
    same.then_some(PlaceWarning::SameDevice(file))
}

fn device(directory: &Path) -> Option<u64> {
    directory.metadata().ok().map(|found| found.dev())
}
