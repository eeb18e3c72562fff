//! Keys of a legacy cryptographic service provider (CryptoAPI): opened, read and used, never created.

use std::ptr::{null, null_mut};

use windows_sys::Win32::Security::Cryptography::{
    CRYPT_MACHINE_KEYSET, CRYPT_SILENT, CryptAcquireContextW, CryptCreateHash, CryptDestroyHash,
    CryptDestroyKey, CryptExportKey, CryptGetUserKey, CryptReleaseContext, CryptSetHashParam,
    CryptSignHashW, HP_HASHVAL, PUBLICKEYBLOB,
};

use crate::certificates::KeyLink;
use crate::error::CallError;
use crate::text::wide;

/// An opened container. Closes on drop.
#[derive(Debug)]
pub struct LegacyKey {
    provider: usize,
    key_spec: u32,
}

/// A hash object. Destroyed on drop.
struct Hash(usize);

impl LegacyKey {
    /// Opens the container that a certificate links to. `silent`: without a prompt.
    ///
    /// # Errors
    /// The code of `CryptAcquireContextW`.
    pub fn open(link: &KeyLink, silent: bool) -> Result<Self, CallError> {
        let (container, name) = (wide(&link.container), wide(&link.provider));
        let mut provider = 0;
        // The link's other flags are not for this call; as its own they would create or delete a container.
        let of_computer = link.flags & CRYPT_MACHINE_KEYSET;
        let flags = of_computer | if silent { CRYPT_SILENT } else { 0 };
        // SAFETY: both names end with zero, and `provider` receives the handle.
        let done = unsafe {
            CryptAcquireContextW(
                &raw mut provider,
                container.as_ptr(),
                name.as_ptr(),
                link.provider_type,
                flags,
            )
        };
        check("CryptAcquireContextW", done)?;
        Ok(Self {
            provider,
            key_spec: link.key_spec,
        })
    }

    /// The public key, as a `PUBLICKEYBLOB`.
    ///
    /// # Errors
    /// The code of `CryptGetUserKey` or `CryptExportKey`.
    pub fn export_public(&self) -> Result<Vec<u8>, CallError> {
        let mut key = 0;
        // SAFETY: the provider's handle is owned, and `key` receives the handle.
        let done = unsafe { CryptGetUserKey(self.provider, self.key_spec, &raw mut key) };
        check("CryptGetUserKey", done)?;
        let export = |data: *mut u8, length: &mut u32| {
            // SAFETY: `key` is valid, and `data` is null or has `length` bytes.
            let done = unsafe { CryptExportKey(key, 0, PUBLICKEYBLOB, 0, data, length) };
            check("CryptExportKey", done)
        };
        let mut length = 0;
        let exported = export(null_mut(), &mut length).and_then(|()| {
            let mut blob = vec![0; usize::try_from(length).unwrap_or_default()];
            export(blob.as_mut_ptr(), &mut length)?;
            blob.truncate(usize::try_from(length).unwrap_or_default());
            Ok(blob)
        });
        // SAFETY: the handle came from `CryptGetUserKey` and is not used afterwards.
        unsafe { CryptDestroyKey(key) };
        exported
    }

    /// Signs a hash with PKCS#1 v1.5. `algorithm`: the hash's `ALG_ID`. The signature is little-endian, as CryptoAPI
    /// returns it.
    ///
    /// # Errors
    /// The code of `CryptCreateHash` (`NTE_BAD_ALGID` from a provider without this hash), `CryptSetHashParam` or
    /// `CryptSignHashW`.
    pub fn sign(&self, algorithm: u32, hash: &[u8]) -> Result<Vec<u8>, CallError> {
        let mut handle = 0;
        // SAFETY: the provider's handle is owned, and `handle` receives the handle.
        let done = unsafe { CryptCreateHash(self.provider, algorithm, 0, 0, &raw mut handle) };
        check("CryptCreateHash", done)?;
        let object = Hash(handle);
        if hash_length(algorithm) != Some(hash.len()) {
            return Err(CallError::new("CryptSetHashParam", BAD_LENGTH));
        }
        // SAFETY: the handle is owned, and `hash` has as many bytes as Windows reads for this algorithm.
        let done = unsafe { CryptSetHashParam(object.0, HP_HASHVAL, hash.as_ptr(), 0) };
        check("CryptSetHashParam", done)?;
        let sign = |data: *mut u8, length: &mut u32| {
            // SAFETY: the handle is owned, and `data` is null or has `length` bytes.
            let done = unsafe { CryptSignHashW(object.0, self.key_spec, null(), 0, data, length) };
            check("CryptSignHashW", done)
        };
        let mut length = 0;
        sign(null_mut(), &mut length)?;
        let mut signature = vec![0; usize::try_from(length).unwrap_or_default()];
        sign(signature.as_mut_ptr(), &mut length)?;
        signature.truncate(usize::try_from(length).unwrap_or_default());
        Ok(signature)
    }
}

/// The code for a value of a wrong length (`NTE_BAD_LEN`).
const BAD_LENGTH: i32 = windows_sys::Win32::Foundation::NTE_BAD_LEN;

/// SHA-256.
pub const SHA_256: u32 = windows_sys::Win32::Security::Cryptography::CALG_SHA_256;
/// SHA-384.
pub const SHA_384: u32 = windows_sys::Win32::Security::Cryptography::CALG_SHA_384;
/// SHA-512.
pub const SHA_512: u32 = windows_sys::Win32::Security::Cryptography::CALG_SHA_512;

const fn hash_length(algorithm: u32) -> Option<usize> {
    match algorithm {
        SHA_256 => Some(32),
        SHA_384 => Some(48),
        SHA_512 => Some(64),
        _ => None,
    }
}

fn check(call: &'static str, done: i32) -> Result<(), CallError> {
    if done == 0 {
        return Err(CallError::last(call));
    }
    Ok(())
}

impl Drop for Hash {
    fn drop(&mut self) {
        // SAFETY: the handle is owned and not used afterwards.
        unsafe { CryptDestroyHash(self.0) };
    }
}

impl Drop for LegacyKey {
    fn drop(&mut self) {
        // SAFETY: the handle is owned and not used afterwards.
        unsafe { CryptReleaseContext(self.provider, 0) };
    }
}
