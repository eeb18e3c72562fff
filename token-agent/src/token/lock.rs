//! One agent at a time on one token: two that make, find and remove keys at once would take each other's for left-overs.

use std::fs::{File, OpenOptions, TryLockError, create_dir_all};

use inkan_pki::x509::fingerprint::sha256_hex;

use crate::config::directory::ConfigDir;
use crate::error::TokenError;
use crate::keystore::places::Found;

/// Characters of the lock file's name.
const NAME: usize = 32;

/// The lock; ends with its value, and with the process.
#[derive(Debug)]
pub struct TokenLock {
    _file: File,
}

impl TokenLock {
    /// Takes the lock of that token; `None` where the configuration directory takes no files, so that an agent with a
    /// configuration of the administrator's still works.
    ///
    /// # Errors
    /// [`TokenError::InUse`] when another agent has it.
    pub fn take(config: &ConfigDir, token: &Found) -> Result<Option<Self>, TokenError> {
        // The same card through another driver is the same token still.
        let who = format!("{}\0{}", token.view.serial, token.view.label);
        let name: String = sha256_hex(who.as_bytes()).chars().take(NAME).collect();
        let directory = config.locks();
        let file = create_dir_all(&directory).and_then(|()| {
            OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(false)
                .open(directory.join(name))
        });
        let Ok(file) = file else { return Ok(None) };
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Err(TokenError::InUse),
            // A file system without locks.
            Err(TryLockError::Error(_)) => Ok(None),
        }
    }
}
