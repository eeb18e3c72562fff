//! Whole files or none, readable by their owner only.

use std::fs::{File, rename};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::DevError;

/// Writes a file (0600) in one step.
pub fn write(path: &Path, content: &[u8]) -> Result<(), DevError> {
    let fail = |error: std::io::Error| DevError::file(path, &error);
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let temporary = Path::new(&name);
    let mut file = File::options()
        .create(true)
        .write(true)
        .truncate(true)
        .mode(0o600)
        .open(temporary)
        .map_err(fail)?;
    file.write_all(content).map_err(fail)?;
    file.sync_all().map_err(fail)?;
    rename(temporary, path).map_err(fail)
}

/// Creates an empty file (0600) if there is none.
pub fn create(path: &Path) -> Result<(), DevError> {
    let mut options = File::options();
    let made = options.append(true).create(true).mode(0o600).open(path);
    made.map(drop).map_err(|error| DevError::file(path, &error))
}

/// Reads a file; `None` if it does not exist.
pub fn read(path: &Path) -> Result<Option<String>, DevError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(DevError::file(path, &error)),
    }
}
