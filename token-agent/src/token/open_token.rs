//! An opened token, shared by its users; one call at a time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::TokenError;
use crate::keystore::KeyStore;
use crate::keystore::content::Content;
use crate::keystore::discovery::FoundToken;

/// Handle to an opened token, which closes with the last handle.
#[derive(Debug, Clone)]
pub struct OpenToken {
    store: Arc<Mutex<Box<dyn KeyStore>>>,
    found: Arc<FoundToken>,
    pin_given: Arc<AtomicBool>,
    logged_in: Arc<AtomicBool>,
}

impl OpenToken {
    /// Wraps an opened token.
    #[must_use]
    pub fn new(store: Box<dyn KeyStore>, found: FoundToken) -> Self {
        Self {
            store: Arc::new(Mutex::new(store)),
            found: Arc::new(found),
            pin_given: Arc::default(),
            logged_in: Arc::default(),
        }
    }

    /// The token as it was found.
    #[must_use]
    pub fn found(&self) -> &FoundToken {
        &self.found
    }

    /// Calls the token.
    ///
    /// # Errors
    /// The error of `call`.
    pub fn with<T>(
        &self,
        call: impl FnOnce(&mut (dyn KeyStore + 'static)) -> Result<T, TokenError>,
    ) -> Result<T, TokenError> {
        // A panic elsewhere does not affect the store: each call is independent.
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        call(store.as_mut())
    }

    /// The current contents of the token.
    ///
    /// # Errors
    /// The error that the token reports; [`TokenError::LoginLost`] if this operation's login was lost: keys would seem
    /// to be missing, too.
    pub fn content(&self) -> Result<Content, TokenError> {
        let content = self.with(KeyStore::content)?;
        if self.logged_in.load(Ordering::Relaxed) && self.with(KeyStore::needs_login)? {
            return Err(TokenError::LoginLost);
        }
        Ok(content)
    }

    /// Whether the PIN was entered in this operation, for keys that require it for each use.
    #[must_use]
    pub fn has_pin(&self) -> bool {
        self.pin_given.load(Ordering::Relaxed)
    }

    pub(crate) fn mark_pin_given(&self) {
        self.pin_given.store(true, Ordering::Relaxed);
    }

    pub(crate) fn mark_logged_in(&self) {
        self.logged_in.store(true, Ordering::Relaxed);
    }
}
