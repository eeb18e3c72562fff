//! One private key of a provider.

use std::ptr::{null, null_mut};

use windows_sys::Win32::Security::Cryptography::{
    NCRYPT_MACHINE_KEY_FLAG, NCRYPT_SILENT_FLAG, NCryptCreatePersistedKey, NCryptDeleteKey,
    NCryptExportKey, NCryptFinalizeKey, NCryptOpenKey,
};

use super::object::{Object, Property, check};
use super::provider::Provider;
use crate::error::CallError;
use crate::text::wide;

/// A stored key. The handle closes on drop; the key remains.
#[derive(Debug)]
pub struct Key(pub(super) Object);

/// A key that is being created. Unless it is finalized, nothing remains of it.
#[derive(Debug)]
pub struct NewKey(pub(super) Object);

impl NewKey {
    /// Starts a key with this algorithm and name. It never replaces another one.
    ///
    /// # Errors
    /// The code of `NCryptCreatePersistedKey`; `NTE_EXISTS` if the name is taken.
    pub fn start(provider: &Provider, algorithm: &str, name: &str) -> Result<Self, CallError> {
        let (algorithm, name) = (wide(algorithm), wide(name));
        let mut handle = 0;
        // SAFETY: the provider's handle is owned, both names end with zero, and `handle` receives the handle.
        let code = unsafe {
            NCryptCreatePersistedKey(
                provider.0.handle(),
                &raw mut handle,
                algorithm.as_ptr(),
                name.as_ptr(),
                0,
                0,
            )
        };
        check("NCryptCreatePersistedKey", code)?;
        Ok(Self(Object::own(handle)))
    }

    /// Sets a property of four bytes.
    ///
    /// # Errors
    /// The code of `NCryptSetProperty`.
    pub fn set_number(&self, name: &str, value: u32) -> Result<(), CallError> {
        self.0.set_number(name, value)
    }

    /// Generates the key and stores it.
    ///
    /// # Errors
    /// The code of `NCryptFinalizeKey`.
    pub fn finalize(self) -> Result<Key, CallError> {
        // SAFETY: the handle is owned.
        let code = unsafe { NCryptFinalizeKey(self.0.handle(), 0) };
        check("NCryptFinalizeKey", code)?;
        Ok(Key(self.0))
    }
}

impl Key {
    /// Opens a stored key: of this user, or of the computer if `flags` (of a certificate's link) contain
    /// `CRYPT_MACHINE_KEYSET`. `silent`: neither this call nor a later use of the handle shows a prompt; a use that needs
    /// one fails with `NTE_SILENT_CONTEXT`.
    ///
    /// # Errors
    /// The code of `NCryptOpenKey`; `NTE_BAD_KEYSET` if there is no such key.
    pub fn open(
        provider: &Provider,
        name: &str,
        key_spec: u32,
        flags: u32,
        silent: bool,
    ) -> Result<Self, CallError> {
        let name = wide(name);
        let prompts = if silent { NCRYPT_SILENT_FLAG } else { 0 };
        let mut handle = 0;
        // SAFETY: the provider's handle is owned, the name ends with zero, and `handle` receives the handle.
        let code = unsafe {
            NCryptOpenKey(
                provider.0.handle(),
                &raw mut handle,
                name.as_ptr(),
                key_spec,
                prompts | (flags & NCRYPT_MACHINE_KEY_FLAG),
            )
        };
        check("NCryptOpenKey", code)?;
        Ok(Self(Object::own(handle)))
    }

    /// Deletes the stored key.
    ///
    /// # Errors
    /// The code of `NCryptDeleteKey`; the key then remains.
    pub fn delete(self) -> Result<(), CallError> {
        // SAFETY: the handle is owned. Windows frees it if the call succeeds.
        let code = unsafe { NCryptDeleteKey(self.0.handle(), 0) };
        check("NCryptDeleteKey", code)?;
        self.0.forget();
        Ok(())
    }

    /// A blob of the key's public part.
    ///
    /// # Errors
    /// The code of `NCryptExportKey`.
    pub fn export_public(&self, blob: &str) -> Result<Vec<u8>, CallError> {
        const CALL: &str = "NCryptExportKey";
        let blob = wide(blob);
        let call = |output: *mut u8, size: u32, length: &mut u32| {
            // SAFETY: the handle is owned, the name ends with zero, and `output` is null or has `size` bytes.
            unsafe {
                NCryptExportKey(
                    self.0.handle(),
                    0,
                    blob.as_ptr(),
                    null(),
                    output,
                    size,
                    length,
                    NCRYPT_SILENT_FLAG,
                )
            }
        };
        let mut length = 0;
        check(CALL, call(null_mut(), 0, &mut length))?;
        let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
        check(CALL, call(bytes.as_mut_ptr(), length, &mut length))?;
        bytes.truncate(usize::try_from(length).unwrap_or_default());
        Ok(bytes)
    }
}

impl Property for Key {
    fn number(&self, name: &str) -> Result<u32, CallError> {
        self.0.get_number(name)
    }

    fn text(&self, name: &str) -> Result<String, CallError> {
        self.0.get_text(name)
    }
}
