//! One agent at a time on one token: two that generate, find and delete keys at once would mistake each other's keys
//! for left-overs.

use std::fs::{File, OpenOptions, TryLockError, create_dir_all};

use inkan_pki::x509::fingerprint::sha256_hex;

use crate::config::directory::ConfigDir;
use crate::error::TokenError;
use crate::keystore::discovery::FoundToken;

/// Length of the lock file's name.
const NAME: usize = 32;

/// The lock. It ends on drop, or with the process.
#[derive(Debug)]
pub struct TokenLock {
    _file: File,
}

impl TokenLock {
    /// Locks the token; `None` if the configuration directory is not writable, so that an agent with an administrator's
    /// configuration still works.
    ///
    /// # Errors
    /// [`TokenError::InUse`] if another agent has the lock.
    pub fn take(config: &ConfigDir, token: &FoundToken) -> Result<Option<Self>, TokenError> {
        // The same card through another driver is still the same token.
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
