//! One certificate, in a store or to be added to one.

use std::slice;

use windows_sys::Win32::Security::Cryptography::{
    CERT_CONTEXT, CertCreateCertificateContext, CertDeleteCertificateFromStore,
    CertDuplicateCertificateContext, CertFreeCertificateContext, X509_ASN_ENCODING,
};

use crate::error::CallError;

/// A certificate, as long as it is in use. Freed on drop; it remains in its store.
#[derive(Debug)]
pub struct StoredCertificate(*mut CERT_CONTEXT);

impl StoredCertificate {
    /// A certificate (DER) that is in no store yet.
    ///
    /// # Errors
    /// The code of `CertCreateCertificateContext`.
    pub fn new(der: &[u8]) -> Result<Self, CallError> {
        let size = u32::try_from(der.len()).unwrap_or(u32::MAX);
        // SAFETY: `der` has `size` bytes, which the call copies; the caller owns the context that it returns.
        unsafe {
            Self::own(CertCreateCertificateContext(
                X509_ASN_ENCODING,
                der.as_ptr(),
                size,
            ))
        }
        .ok_or_else(|| CallError::last("CertCreateCertificateContext"))
    }

    /// Takes ownership of a context; `None` for null.
    ///
    /// # Safety
    /// A context that the caller owns and does not use afterwards.
    pub(super) unsafe fn own(context: *mut CERT_CONTEXT) -> Option<Self> {
        (!context.is_null()).then_some(Self(context))
    }

    /// A further owner of a context that somebody else owns; `None` for null.
    ///
    /// # Safety
    /// Null or a valid context.
    pub(super) unsafe fn duplicate(context: *const CERT_CONTEXT) -> Option<Self> {
        if context.is_null() {
            return None;
        }
        // SAFETY: valid by the contract of this function; the result is owned by the caller.
        unsafe { Self::own(CertDuplicateCertificateContext(context)) }
    }

    pub(super) const fn context(&self) -> *const CERT_CONTEXT {
        self.0
    }

    /// The certificate, DER.
    #[must_use]
    pub fn der(&self) -> Vec<u8> {
        // SAFETY: the context is owned, and its bytes stay valid and unchanged as long as it is.
        unsafe {
            let length = usize::try_from((*self.0).cbCertEncoded).unwrap_or_default();
            slice::from_raw_parts((*self.0).pbCertEncoded, length).to_vec()
        }
    }

    /// Removes it from its store. Commit the store afterwards.
    ///
    /// # Errors
    /// The code of `CertDeleteCertificateFromStore`.
    pub fn delete(self) -> Result<(), CallError> {
        let context = self.0;
        // The call below frees the context, whether it succeeds or not.
        std::mem::forget(self);
        // SAFETY: the context is owned and not used afterwards.
        if unsafe { CertDeleteCertificateFromStore(context) } == 0 {
            return Err(CallError::last("CertDeleteCertificateFromStore"));
        }
        Ok(())
    }
}

impl Drop for StoredCertificate {
    fn drop(&mut self) {
        // SAFETY: the context is owned and not used afterwards.
        unsafe { CertFreeCertificateContext(self.0) };
    }
}
