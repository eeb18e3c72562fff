//! Signatures by a key of a provider. The caller hashes.

use std::ffi::c_void;
use std::ptr::{null, null_mut};

use windows_sys::Win32::Security::Cryptography::{
    BCRYPT_PKCS1_PADDING_INFO, BCRYPT_PSS_PADDING_INFO, NCRYPT_PAD_PKCS1_FLAG, NCRYPT_PAD_PSS_FLAG,
    NCryptSignHash,
};

use super::key::Key;
use super::object::check;
use crate::error::CallError;
use crate::text::wide;

/// How the hash is padded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding {
    /// Not at all: ECDSA.
    None,
    /// PKCS#1 v1.5, with the name of the hash (`SHA256`).
    Pkcs1(&'static str),
    /// PSS, with the name of the hash and the length of the salt in bytes.
    Pss(&'static str, u32),
}

impl Key {
    /// Signs a hash. ECDSA: r and s, each as long as the field. Windows may prompt the user first.
    ///
    /// # Errors
    /// The code of `NCryptSignHash`.
    pub fn sign(&self, hash: &[u8], padding: Padding) -> Result<Vec<u8>, CallError> {
        match padding {
            Padding::None => self.sign_padded(hash, null(), 0),
            Padding::Pkcs1(name) => {
                let name = wide(name);
                let info = BCRYPT_PKCS1_PADDING_INFO {
                    pszAlgId: name.as_ptr(),
                };
                self.sign_padded(hash, (&raw const info).cast(), NCRYPT_PAD_PKCS1_FLAG)
            }
            Padding::Pss(name, salt) => {
                let name = wide(name);
                let info = BCRYPT_PSS_PADDING_INFO {
                    pszAlgId: name.as_ptr(),
                    cbSalt: salt,
                };
                self.sign_padded(hash, (&raw const info).cast(), NCRYPT_PAD_PSS_FLAG)
            }
        }
    }

    /// `info` is null or the structure that belongs to `flags`, with valid pointers.
    fn sign_padded(
        &self,
        hash: &[u8],
        info: *const c_void,
        flags: u32,
    ) -> Result<Vec<u8>, CallError> {
        const CALL: &str = "NCryptSignHash";
        let size = u32::try_from(hash.len()).unwrap_or(u32::MAX);
        let call = |output: *mut u8, room: u32, length: &mut u32| {
            // SAFETY: the handle is owned, `hash` has `size` bytes, `output` is null or has `room` bytes, and `info`
            // belongs to `flags`: both come from `sign`.
            unsafe {
                NCryptSignHash(
                    self.0.handle(),
                    info,
                    hash.as_ptr(),
                    size,
                    output,
                    room,
                    length,
                    flags,
                )
            }
        };
        let mut length = 0;
        check(CALL, call(null_mut(), 0, &mut length))?;
        let mut signature = vec![0; usize::try_from(length).unwrap_or_default()];
        check(CALL, call(signature.as_mut_ptr(), length, &mut length))?;
        signature.truncate(usize::try_from(length).unwrap_or_default());
        Ok(signature)
    }
}
