//! One certificate store of the current user.

use std::ptr::{null, null_mut};

use windows_sys::Win32::Security::Cryptography::{
    CERT_CONTEXT, CERT_STORE_ADD_REPLACE_EXISTING, CERT_STORE_ADD_USE_EXISTING,
    CERT_STORE_CTRL_COMMIT, CERT_STORE_PROV_SYSTEM_W, CERT_SYSTEM_STORE_CURRENT_USER,
    CertAddCertificateContextToStore, CertCloseStore, CertControlStore,
    CertEnumCertificatesInStore, CertOpenStore, HCERTSTORE,
};

use super::certificate::StoredCertificate;
use crate::error::CallError;
use crate::text::wide;

/// Maximum number of certificates that are read.
const MAX_CERTIFICATES: usize = 4096;

/// Which store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreName {
    /// Certificates whose private key the user has (`MY`).
    My,
    /// Certificates of intermediate CAs (`CA`).
    IntermediateCa,
}

impl StoreName {
    const fn as_str(self) -> &'static str {
        match self {
            Self::My => "MY",
            Self::IntermediateCa => "CA",
        }
    }
}

/// An opened store. Closes on drop.
#[derive(Debug)]
pub struct Store(HCERTSTORE);

impl Store {
    /// Opens the store.
    ///
    /// # Errors
    /// The code of `CertOpenStore`.
    pub fn open(name: StoreName) -> Result<Self, CallError> {
        let name = wide(name.as_str());
        // SAFETY: the provider is one of Windows' constants, for which the parameter is a text that ends with zero.
        let handle = unsafe {
            CertOpenStore(
                CERT_STORE_PROV_SYSTEM_W,
                0,
                0,
                CERT_SYSTEM_STORE_CURRENT_USER,
                name.as_ptr().cast(),
            )
        };
        if handle.is_null() {
            return Err(CallError::last("CertOpenStore"));
        }
        Ok(Self(handle))
    }

    /// Every certificate in it.
    #[must_use]
    pub fn certificates(&self) -> Vec<StoredCertificate> {
        let mut found = Vec::new();
        let mut current: *mut CERT_CONTEXT = null_mut();
        loop {
            // SAFETY: the handle is owned. `current` is null or the context of the last call, which this call frees.
            current = unsafe { CertEnumCertificatesInStore(self.0, current) };
            // SAFETY: null, or a context that stays valid until the next call.
            let Some(certificate) = (unsafe { StoredCertificate::duplicate(current) }) else {
                return found;
            };
            found.push(certificate);
            if found.len() >= MAX_CERTIFICATES {
                // SAFETY: the context is owned by this loop, and not used afterwards.
                drop(unsafe { StoredCertificate::own(current) });
                return found;
            }
        }
    }

    /// Adds a certificate; one that is there already is replaced, with its properties, or kept. Commit the store
    /// afterwards.
    ///
    /// # Errors
    /// The code of `CertAddCertificateContextToStore`.
    pub fn add(&self, certificate: &StoredCertificate, replace: bool) -> Result<(), CallError> {
        let disposition = if replace {
            CERT_STORE_ADD_REPLACE_EXISTING
        } else {
            CERT_STORE_ADD_USE_EXISTING
        };
        // SAFETY: handle and context are owned; the added copy is not asked for.
        let added = unsafe {
            CertAddCertificateContextToStore(self.0, certificate.context(), disposition, null_mut())
        };
        if added == 0 {
            return Err(CallError::last("CertAddCertificateContextToStore"));
        }
        Ok(())
    }

    /// Writes changes through to the registry.
    ///
    /// # Errors
    /// The code of `CertControlStore`.
    pub fn commit(&self) -> Result<(), CallError> {
        // SAFETY: the handle is owned; a commit takes no parameter.
        let done = unsafe { CertControlStore(self.0, 0, CERT_STORE_CTRL_COMMIT, null()) };
        if done == 0 {
            return Err(CallError::last("CertControlStore"));
        }
        Ok(())
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // SAFETY: the handle is owned and not used afterwards. Contexts keep the store alive as long as they need it.
        unsafe { CertCloseStore(self.0, 0) };
    }
}
