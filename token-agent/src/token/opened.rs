//! A token that is open, shared by those who use it: one call at a time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::TokenError;
use crate::keystore::KeyStore;
use crate::keystore::content::Content;
use crate::keystore::places::Found;

/// Handle on an opened token; it closes when the last handle is gone.
#[derive(Debug, Clone)]
pub struct OpenToken {
    store: Arc<Mutex<Box<dyn KeyStore>>>,
    found: Arc<Found>,
    pin_given: Arc<AtomicBool>,
    logged_in: Arc<AtomicBool>,
}

impl OpenToken {
    /// Takes an opened token over.
    #[must_use]
    pub fn new(store: Box<dyn KeyStore>, found: Found) -> Self {
        Self {
            store: Arc::new(Mutex::new(store)),
            found: Arc::new(found),
            pin_given: Arc::default(),
            logged_in: Arc::default(),
        }
    }

    /// As it was found.
    #[must_use]
    pub fn found(&self) -> &Found {
        &self.found
    }

    /// Talks to the token.
    ///
    /// # Errors
    /// What `call` says.
    pub fn with<T>(
        &self,
        call: impl FnOnce(&mut (dyn KeyStore + 'static)) -> Result<T, TokenError>,
    ) -> Result<T, TokenError> {
        // A panic elsewhere leaves the store as good as it was: each call stands for itself.
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        call(store.as_mut())
    }

    /// What is on it now.
    ///
    /// # Errors
    /// What the token says; [`TokenError::LoginLost`] when the login of this operation is gone: keys would seem to be gone, too.
    pub fn content(&self) -> Result<Content, TokenError> {
        let content = self.with(KeyStore::content)?;
        if self.logged_in.load(Ordering::Relaxed) && self.with(KeyStore::needs_login)? {
            return Err(TokenError::LoginLost);
        }
        Ok(content)
    }

    /// True when the PIN was given in this operation, so that keys which ask for it each time can have it.
    #[must_use]
    pub fn has_pin(&self) -> bool {
        self.pin_given.load(Ordering::Relaxed)
    }

    pub(crate) fn pin_was_given(&self) {
        self.pin_given.store(true, Ordering::Relaxed);
    }

    pub(crate) fn has_logged_in(&self) {
        self.logged_in.store(true, Ordering::Relaxed);
    }
}
