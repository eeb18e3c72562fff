//! One key storage provider.

use std::ptr::{null, null_mut};

use windows_sys::Win32::Foundation::NTE_NO_MORE_ITEMS;
use windows_sys::Win32::Security::Cryptography::{
    NCRYPT_SILENT_FLAG, NCryptEnumKeys, NCryptFreeBuffer, NCryptIsAlgSupported, NCryptKeyName,
    NCryptOpenStorageProvider,
};

use super::object::{Object, Property, check};
use crate::error::CallError;
use crate::text::{narrow_pointer, wide};

/// Maximum number of key names that are read.
const MAX_KEYS: usize = 4096;

/// An opened provider. Closes on drop.
#[derive(Debug)]
pub struct Provider(pub(super) Object);

/// The name of a key, as the provider lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyName {
    /// The name of its container.
    pub name: String,
    /// Its algorithm.
    pub algorithm: String,
    /// Its legacy key spec; 0 for a key without one.
    pub key_spec: u32,
}

impl Provider {
    /// Opens the provider with this name.
    ///
    /// # Errors
    /// The code of `NCryptOpenStorageProvider`.
    pub fn open(name: &str) -> Result<Self, CallError> {
        let name = wide(name);
        let mut handle = 0;
        // SAFETY: the name ends with zero, and `handle` receives the handle.
        let code = unsafe { NCryptOpenStorageProvider(&raw mut handle, name.as_ptr(), 0) };
        check("NCryptOpenStorageProvider", code)?;
        Ok(Self(Object::own(handle)))
    }

    /// Whether the provider has this algorithm.
    #[must_use]
    pub fn supports(&self, algorithm: &str) -> bool {
        let algorithm = wide(algorithm);
        // SAFETY: the handle is owned, and the name ends with zero.
        let code = unsafe { NCryptIsAlgSupported(self.0.handle(), algorithm.as_ptr(), 0) };
        code == 0
    }

    /// The names of this user's keys; `scope`: only in this reader (`\\.\NAME\`).
    ///
    /// # Errors
    /// The code of `NCryptEnumKeys`.
    pub fn key_names(&self, scope: Option<&str>) -> Result<Vec<KeyName>, CallError> {
        let scope = scope.map(wide);
        let scope = scope.as_ref().map_or(null(), |scope| scope.as_ptr());
        let mut state = null_mut();
        let mut names = Vec::new();
        let result = loop {
            let mut found: *mut NCryptKeyName = null_mut();
            // SAFETY: the handle is owned, the scope is null or ends with zero, and both pointers receive buffers that
            // are freed below.
            let code = unsafe {
                NCryptEnumKeys(
                    self.0.handle(),
                    scope,
                    &raw mut found,
                    &raw mut state,
                    NCRYPT_SILENT_FLAG,
                )
            };
            if code == NTE_NO_MORE_ITEMS {
                break Ok(names);
            }
            if let Err(error) = check("NCryptEnumKeys", code) {
                break Err(error);
            }
            if !found.is_null() {
                // SAFETY: Windows returned a structure whose texts end with zero, valid until it is freed.
                names.push(unsafe {
                    KeyName {
                        name: narrow_pointer((*found).pszName),
                        algorithm: narrow_pointer((*found).pszAlgid),
                        key_spec: (*found).dwLegacyKeySpec,
                    }
                });
                free(found.cast());
            }
            if names.len() >= MAX_KEYS {
                break Ok(names);
            }
        };
        free(state);
        result
    }
}

/// Frees a buffer of Windows.
fn free(buffer: *mut core::ffi::c_void) {
    if !buffer.is_null() {
        // SAFETY: the buffer came from `NCryptEnumKeys`, and nothing refers to it any more.
        unsafe { NCryptFreeBuffer(buffer) };
    }
}

impl Property for Provider {
    fn number(&self, name: &str) -> Result<u32, CallError> {
        self.0.get_number(name)
    }

    fn text(&self, name: &str) -> Result<String, CallError> {
        self.0.get_text(name)
    }
}
