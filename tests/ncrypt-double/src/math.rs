//! Key pairs and signatures, by Wine's `bcrypt.dll`.

use std::ffi::c_void;
use std::ptr::{null, null_mut};

use windows_sys::Win32::Security::Cryptography::{
    BCRYPT_ALG_HANDLE, BCRYPT_KEY_HANDLE, BCryptCloseAlgorithmProvider, BCryptDestroyKey,
    BCryptExportKey, BCryptFinalizeKeyPair, BCryptGenerateKeyPair, BCryptImportKeyPair,
    BCryptOpenAlgorithmProvider, BCryptSignHash,
};

fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}

fn private_blob(algorithm: &str) -> &'static str {
    if algorithm == "RSA" {
        "RSAFULLPRIVATEBLOB"
    } else {
        "ECCPRIVATEBLOB"
    }
}

struct Algorithm(BCRYPT_ALG_HANDLE);

struct Pair(BCRYPT_KEY_HANDLE);

impl Algorithm {
    fn open(name: &str) -> Option<Self> {
        let name = wide(name);
        let mut handle = null_mut();
        // SAFETY: the name ends with zero, and `handle` receives the handle.
        let code =
            unsafe { BCryptOpenAlgorithmProvider(&raw mut handle, name.as_ptr(), null(), 0) };
        (code == 0).then_some(Self(handle))
    }
}

impl Drop for Algorithm {
    fn drop(&mut self) {
        // SAFETY: the handle is owned and not used afterwards.
        unsafe { BCryptCloseAlgorithmProvider(self.0, 0) };
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        // SAFETY: the handle is owned and not used afterwards.
        unsafe { BCryptDestroyKey(self.0) };
    }
}

/// A new pair: its private blob.
pub(crate) fn generate(algorithm: &str, length: u32) -> Result<Vec<u8>, i32> {
    let provider = Algorithm::open(algorithm).ok_or(-1)?;
    let mut handle = null_mut();
    // SAFETY: the provider is open, and `handle` receives the handle.
    let code = unsafe { BCryptGenerateKeyPair(provider.0, &raw mut handle, length, 0) };
    if code != 0 {
        return Err(code);
    }
    let pair = Pair(handle);
    // SAFETY: the handle is owned.
    let code = unsafe { BCryptFinalizeKeyPair(pair.0, 0) };
    if code != 0 {
        return Err(code);
    }
    export(&pair, private_blob(algorithm))
}

/// The public blob of a private one.
pub(crate) fn public(algorithm: &str, private: &[u8], blob: &str) -> Result<Vec<u8>, i32> {
    let provider = Algorithm::open(algorithm).ok_or(-1)?;
    export(&import(&provider, algorithm, private)?, blob)
}

/// Signs a hash. `info`: the padding that belongs to `flags`.
///
/// # Safety
/// `info` as `BCryptSignHash` expects it.
pub(crate) unsafe fn sign(
    algorithm: &str,
    private: &[u8],
    info: *const c_void,
    hash: &[u8],
    flags: u32,
) -> Result<Vec<u8>, i32> {
    let provider = Algorithm::open(algorithm).ok_or(-1)?;
    let pair = import(&provider, algorithm, private)?;
    let mut signature = vec![0; 1024];
    let mut length = 0;
    // SAFETY: the handle is owned, the buffers have the given lengths, and `info` belongs to `flags`.
    let code = unsafe {
        BCryptSignHash(
            pair.0,
            info,
            hash.as_ptr(),
            u32::try_from(hash.len()).unwrap_or_default(),
            signature.as_mut_ptr(),
            1024,
            &raw mut length,
            flags,
        )
    };
    if code != 0 {
        return Err(code);
    }
    signature.truncate(length as usize);
    Ok(signature)
}

fn import(provider: &Algorithm, algorithm: &str, private: &[u8]) -> Result<Pair, i32> {
    let blob = wide(private_blob(algorithm));
    let mut handle = null_mut();
    // SAFETY: the provider is open, the name ends with zero, and `private` has the given length.
    let code = unsafe {
        BCryptImportKeyPair(
            provider.0,
            null_mut(),
            blob.as_ptr(),
            &raw mut handle,
            private.as_ptr(),
            u32::try_from(private.len()).unwrap_or_default(),
            0,
        )
    };
    if code == 0 {
        Ok(Pair(handle))
    } else {
        Err(code)
    }
}

fn export(pair: &Pair, blob: &str) -> Result<Vec<u8>, i32> {
    let blob = wide(blob);
    let mut bytes = vec![0; 8192];
    let mut length = 0;
    // SAFETY: the handle is owned, the name ends with zero, and `bytes` has the given length.
    let code = unsafe {
        BCryptExportKey(
            pair.0,
            null_mut(),
            blob.as_ptr(),
            bytes.as_mut_ptr(),
            8192,
            &raw mut length,
            0,
        )
    };
    if code != 0 {
        return Err(code);
    }
    bytes.truncate(length as usize);
    Ok(bytes)
}
