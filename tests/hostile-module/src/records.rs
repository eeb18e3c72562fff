//! What has reached the module, in files that outlive its process: calls, configured values returned, PINs, sessions.
//!
//! One byte is appended for each call, so a file's length is the number, whatever number of processes and threads write it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Begins the name of the file with the number of values returned.
pub(crate) const STRUCK: &str = "struck-";
/// The answers to PINs.
pub(crate) const LOGINS: &str = "logins";
/// Begins the name of the file with the number of open sessions; the process's number follows.
pub(crate) const SESSIONS: &str = "sessions-";

/// Without a directory nothing is recorded.
pub(crate) struct Records {
    directory: Option<PathBuf>,
    files: Mutex<HashMap<String, File>>,
    sessions: AtomicI64,
}

impl Records {
    /// In this directory, if it exists.
    pub(crate) fn new(directory: Option<PathBuf>) -> Self {
        Self {
            directory: directory.filter(|path| path.is_dir()),
            files: Mutex::default(),
            sessions: AtomicI64::new(0),
        }
    }

    /// A function was called.
    pub(crate) fn called(&self, function: &str) {
        self.append(function, b".");
    }

    /// It returned a configured value.
    pub(crate) fn struck(&self, function: &str) {
        self.append(&format!("{STRUCK}{function}"), b".");
    }

    /// A PIN was answered.
    pub(crate) fn login(&self, accepted: bool) {
        self.append(LOGINS, if accepted { b"+" } else { b"-" });
    }

    /// The number of this process's sessions has changed; `None`: all of them are closed.
    pub(crate) fn sessions(&self, change: Option<i64>) {
        let Some(directory) = &self.directory else {
            return;
        };
        let now = match change {
            Some(change) => self.sessions.fetch_add(change, Ordering::Relaxed) + change,
            None => {
                self.sessions.store(0, Ordering::Relaxed);
                0
            }
        };
        let name = format!("{SESSIONS}{}", std::process::id());
        let _ = std::fs::write(directory.join(name), now.to_string());
    }

    fn append(&self, name: &str, byte: &[u8; 1]) {
        let Some(directory) = &self.directory else {
            return;
        };
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let file = match files.entry(name.to_owned()) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let path = directory.join(name);
                match OpenOptions::new().create(true).append(true).open(path) {
                    Ok(file) => entry.insert(file),
                    Err(_) => return,
                }
            }
        };
        let _ = file.write_all(byte);
    }
}
