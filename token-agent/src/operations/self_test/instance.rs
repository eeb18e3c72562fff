//! Whether files can be locked here, which keeps two agents from one token and makes the window the only one.

use std::fs::{self, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

use super::finding::{Cause, Fault, Finding};
use crate::config::directory::ConfigDir;
use crate::output::check::CheckId;

const NAME: &str = "self-test";

pub(super) fn check(config: &ConfigDir) -> Finding {
    let fault = match locks(&config.locks()) {
        Ok(true) => None,
        Ok(false) => Some(Fault::NoLocks(Cause {
            code: "lock-ignored".to_owned(),
            detail: None,
        })),
        Err(error) => Some(Fault::NoLocks(Cause::io("lock-failed", &error))),
    };
    Finding::ok(CheckId::Instance).unless(fault)
}

/// Whether a lock is granted, and a second one of the same file is not. True also if another self-test has the lock.
fn locks(directory: &Path) -> io::Result<bool> {
    fs::create_dir_all(directory)?;
    let path = directory.join(NAME);
    let open = || {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false).open(&path)
    };
    let (first, second) = (open()?, open()?);
    match first.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(true),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    let refused = matches!(second.try_lock(), Err(TryLockError::WouldBlock));
    drop((first, second));
    // Empty files in this directory are usual.
    let _ = fs::remove_file(&path);
    Ok(refused)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_granted_once() {
        let directory = tempfile::tempdir().unwrap();
        assert!(locks(&directory.path().join("locks")).unwrap());
        let file = directory.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(locks(&file).is_err());
    }
}
