//! For tests only: makes an RSA key of 2048 bits in a legacy provider (CryptoAPI), as old programs do, and prints its
//! `PUBLICKEYBLOB` in hex. The argument names its container. Does nothing on other systems than Windows.
#![allow(
    unsafe_code,
    clippy::print_stdout,
    reason = "a tool that calls Windows and prints its result"
)]

#[cfg(not(windows))]
fn main() {}

#[cfg(windows)]
fn main() -> std::process::ExitCode {
    let container = std::env::args().nth(1).unwrap_or_default();
    match windows::make(&container) {
        Some(blob) => {
            println!("{}", hex::encode(blob));
            std::process::ExitCode::SUCCESS
        }
        None => std::process::ExitCode::FAILURE,
    }
}

#[cfg(windows)]
mod windows {
    use windows_sys::Win32::Security::Cryptography::{
        AT_SIGNATURE, CRYPT_NEWKEYSET, CryptAcquireContextW, CryptExportKey, CryptGenKey,
        CryptReleaseContext, PROV_RSA_AES, PUBLICKEYBLOB,
    };

    const PROVIDER: &str = "Microsoft Enhanced RSA and AES Cryptographic Provider";
    const BITS: u32 = 2048;

    /// The public key of a new key.
    pub(super) fn make(container: &str) -> Option<Vec<u8>> {
        let wide = |text: &str| text.encode_utf16().chain([0]).collect::<Vec<u16>>();
        let (container, provider) = (wide(container), wide(PROVIDER));
        let (mut context, mut key, mut length) = (0, 0, 4096);
        let mut blob = vec![0; 4096];
        // SAFETY: the names end with zero, the handles are received one after the other, and `blob` has `length` bytes.
        let done = unsafe {
            CryptAcquireContextW(
                &raw mut context,
                container.as_ptr(),
                provider.as_ptr(),
                PROV_RSA_AES,
                CRYPT_NEWKEYSET,
            ) != 0
                && CryptGenKey(context, AT_SIGNATURE, BITS << 16, &raw mut key) != 0
                && CryptExportKey(key, 0, PUBLICKEYBLOB, 0, blob.as_mut_ptr(), &raw mut length) != 0
                // The key is stored now.
                && CryptReleaseContext(context, 0) != 0
        };
        blob.truncate(length as usize);
        done.then_some(blob)
    }
}
