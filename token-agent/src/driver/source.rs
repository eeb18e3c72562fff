//! What a driver's process opens: a vendor's module, or what Windows keeps.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::config::modules::ModuleEntry;
use crate::error::TokenError;
use crate::keystore::KeyStore;
use crate::keystore::discovery::FoundToken;
use crate::pkcs11::find;
use crate::pkcs11::store::Pkcs11Store;
use crate::windows_store;

/// What is opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Source {
    /// A PKCS#11 module.
    Module(ModuleEntry),
    /// The keys and certificates that Windows keeps.
    WindowsStore,
    /// A card that Windows uses through its minidriver.
    WindowsCard {
        /// Name of the reader.
        reader: String,
    },
}

impl Source {
    /// Its file, for errors; its name, if it has none.
    pub(super) fn path(&self) -> PathBuf {
        match self {
            Self::Module(entry) => entry.path.clone(),
            Self::WindowsStore | Self::WindowsCard { .. } => PathBuf::from(windows_store::NAME),
        }
    }

    /// The environment variables that the user listed for it.
    pub(super) fn environment(&self) -> &[String] {
        match self {
            Self::Module(entry) => &entry.environment,
            Self::WindowsStore | Self::WindowsCard { .. } => &[],
        }
    }

    /// Whether the use of a key may wait for a user at a prompt of Windows.
    pub(super) const fn asks(&self) -> bool {
        match self {
            Self::Module(_) => false,
            Self::WindowsStore | Self::WindowsCard { .. } => true,
        }
    }

    /// Its tokens. In the driver's process only.
    pub(super) fn tokens(&self) -> Result<Vec<FoundToken>, TokenError> {
        match self {
            Self::Module(entry) => find::tokens(entry),
            Self::WindowsStore => windows_store::tokens(None),
            Self::WindowsCard { reader } => windows_store::tokens(Some(reader)),
        }
    }

    /// One of them, opened. In the driver's process only.
    pub(super) fn open(&self, found: &FoundToken) -> Result<Box<dyn KeyStore>, TokenError> {
        match self {
            Self::Module(entry) => Ok(Box::new(Pkcs11Store::open(entry, found)?)),
            Self::WindowsStore => windows_store::open(None, found),
            Self::WindowsCard { reader } => windows_store::open(Some(reader), found),
        }
    }
}
