//! A file that is written once, and never over another one.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use crate::error::{Failure, SetupError, UsageError};

pub(super) fn exists(path: &Path) -> UsageError {
    UsageError::OutExists {
        path: path.to_owned(),
    }
}

/// Writes it to disk.
///
/// # Errors
/// [`UsageError::OutExists`], [`SetupError::Unwritable`].
pub(super) fn write(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let mut new = OpenOptions::new();
    let written = new
        .write(true)
        .create_new(true)
        .open(path)
        .and_then(|mut file| file.write_all(content).and_then(|()| file.sync_all()));
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => exists(path).into(),
        _ => SetupError::Unwritable {
            path: path.to_owned(),
            detail: error.to_string(),
        }
        .into(),
    })
}
