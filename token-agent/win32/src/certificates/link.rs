//! Which private key belongs to a certificate: `CERT_KEY_PROV_INFO_PROP_ID`.

use std::ptr::null_mut;

use windows_sys::Win32::Security::Cryptography::{
    CERT_KEY_PROV_INFO_PROP_ID, CRYPT_KEY_PROV_INFO, CertGetCertificateContextProperty,
    CertSetCertificateContextProperty,
};

use super::certificate::StoredCertificate;
use crate::error::CallError;
use crate::text::{narrow_pointer, wide};

/// The link from a certificate to its private key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyLink {
    /// Name of the key's container.
    pub container: String,
    /// Name of the provider.
    pub provider: String,
    /// Type of a legacy provider; 0 for a key storage provider.
    pub provider_type: u32,
    /// Flags for opening the container, such as `CRYPT_MACHINE_KEYSET`.
    pub flags: u32,
    /// Which key of a legacy container; 0 for a key storage provider.
    pub key_spec: u32,
}

impl StoredCertificate {
    /// The link; `None` if there is none.
    #[must_use]
    pub fn link(&self) -> Option<KeyLink> {
        let mut size = 0_u32;
        let get = |data: *mut core::ffi::c_void, size: &mut u32| {
            // SAFETY: the context is owned, and `data` is null or has `size` bytes.
            unsafe {
                CertGetCertificateContextProperty(
                    self.context(),
                    CERT_KEY_PROV_INFO_PROP_ID,
                    data,
                    size,
                )
            }
        };
        if get(null_mut(), &mut size) == 0 {
            return None;
        }
        let bytes = usize::try_from(size).ok()?;
        if bytes < size_of::<CRYPT_KEY_PROV_INFO>() {
            return None;
        }
        // Words, so that the structure is aligned.
        let mut words = vec![0_u64; bytes.div_ceil(8)];
        if get(words.as_mut_ptr().cast(), &mut size) == 0 {
            return None;
        }
        // SAFETY: Windows wrote a structure there, whose texts are null or end with zero within the same buffer.
        unsafe {
            let info = &*words.as_ptr().cast::<CRYPT_KEY_PROV_INFO>();
            Some(KeyLink {
                container: narrow_pointer(info.pwszContainerName),
                provider: narrow_pointer(info.pwszProvName),
                provider_type: info.dwProvType,
                flags: info.dwFlags,
                key_spec: info.dwKeySpec,
            })
        }
    }

    /// Sets the link, before the certificate is added to a store.
    ///
    /// # Errors
    /// The code of `CertSetCertificateContextProperty`.
    pub fn set_link(&self, link: &KeyLink) -> Result<(), CallError> {
        let (mut container, mut provider) = (wide(&link.container), wide(&link.provider));
        let info = CRYPT_KEY_PROV_INFO {
            pwszContainerName: container.as_mut_ptr(),
            pwszProvName: provider.as_mut_ptr(),
            dwProvType: link.provider_type,
            dwFlags: link.flags,
            cProvParam: 0,
            rgProvParam: null_mut(),
            dwKeySpec: link.key_spec,
        };
        // SAFETY: the context is owned; the structure and its texts live until the call returns, which copies them.
        let done = unsafe {
            CertSetCertificateContextProperty(
                self.context(),
                CERT_KEY_PROV_INFO_PROP_ID,
                0,
                (&raw const info).cast(),
            )
        };
        if done == 0 {
            return Err(CallError::last("CertSetCertificateContextProperty"));
        }
        Ok(())
    }
}
