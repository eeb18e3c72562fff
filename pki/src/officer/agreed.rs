//! The secret of one key agreement (ECDH, SP 800-56A, 5.7.1.2): the x coordinate.

use std::fmt;

use zeroize::Zeroizing;

/// Bytes of a coordinate on P-256.
pub const LENGTH: usize = 32;

/// The x coordinate that two keys on P-256 share. Zeroized on drop, and never printed.
#[derive(Clone)]
pub struct AgreedSecret(Zeroizing<[u8; LENGTH]>);

impl AgreedSecret {
    /// A copy of these bytes; `None` if there are not exactly as many as a coordinate has. The caller zeroizes the original.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let mut secret = Zeroizing::new([0; LENGTH]);
        if bytes.len() != LENGTH {
            return None;
        }
        secret.copy_from_slice(bytes);
        Some(Self(secret))
    }

    /// The bytes themselves. Borrow them for the one call that needs them.
    #[must_use]
    pub fn expose(&self) -> &[u8; LENGTH] {
        &self.0
    }
}

impl fmt::Debug for AgreedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AgreedSecret(..)")
    }
}
