//! Secrets of one request, the comparison code, and comparisons in constant time.

use inkan_pki::secret::Secret;
use subtle::ConstantTimeEq;

use super::{Fault, Result};

/// Whether two digests are the same.
pub(super) fn same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

/// 256 random bits, URL-safe.
pub(super) fn random_credential() -> Result<Secret> {
    use base64::Engine;
    let mut bytes = zeroize::Zeroizing::new([0u8; 32]);
    getrandom::fill(&mut *bytes).map_err(Fault::Random)?;
    Ok(Secret::new(
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(*bytes),
    ))
}

/// Six digits in two groups: long enough to compare, short enough to read aloud.
pub(super) fn comparison_code() -> Result<String> {
    const CODES: u32 = 1_000_000;
    let mut bytes = [0u8; 4];
    loop {
        getrandom::fill(&mut bytes).map_err(Fault::Random)?;
        let number = u32::from_be_bytes(bytes);
        // Drop the uneven end of the range, so that each code is as likely as any other.
        if number < u32::MAX - u32::MAX % CODES {
            let code = number % CODES;
            return Ok(format!("{:03}-{:03}", code / 1000, code % 1000));
        }
    }
}

/// A peer's text cut to a size fit for a log.
pub(super) fn clip(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(64).collect()
}
