//! The tokens of this computer: those that the token drivers (PKCS#11 modules) see.

use std::thread;
use std::time::Duration;

use crate::config::modules::ModuleEntry;
use crate::error::TokenError;
use crate::keystore::KeyStore;
use crate::keystore::places::{Found, Place, Places, Survey};
use crate::pkcs11::find;
use crate::pkcs11::store::Pkcs11Store;

/// Drivers, asked one by one.
#[derive(Debug)]
pub struct Computer {
    modules: Vec<ModuleEntry>,
}

impl Computer {
    /// With these drivers.
    #[must_use]
    pub fn new(modules: Vec<ModuleEntry>) -> Self {
        Self { modules }
    }

    fn module(&self, found: &Found) -> Option<&ModuleEntry> {
        let Place::Module { path, .. } = &found.place else {
            return None;
        };
        self.modules.iter().find(|entry| entry.path == *path)
    }
}

impl Places for Computer {
    fn look(&self) -> Survey {
        let mut survey = Survey::default();
        if self.modules.is_empty() {
            survey.failures.push(TokenError::NoModule);
        }
        for entry in &self.modules {
            match find::tokens(entry) {
                Ok(tokens) => survey.tokens.extend(tokens),
                Err(error) => survey.failures.push(error),
            }
        }
        survey
    }

    fn changed_within(&self, limit: Duration) -> bool {
        thread::sleep(limit);
        true
    }

    fn open(&self, found: &Found) -> Result<Box<dyn KeyStore>, TokenError> {
        let entry = self.module(found).ok_or(TokenError::Removed)?;
        Ok(Box::new(Pkcs11Store::open(entry, found)?))
    }
}
