//! Time limits for a driver's responses.

use std::time::Duration;

/// Time limits. The process is killed when one expires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Loading a module and listing its tokens, or opening a token.
    pub begin: Duration,
    /// Reading, writing, signing, one PIN verification.
    pub usual: Duration,
    /// Key generation (RSA-4096 on a slow card takes minutes), and everything that waits for a user at a keypad.
    pub long: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            begin: Duration::from_secs(30),
            usual: Duration::from_secs(60),
            long: Duration::from_secs(300),
        }
    }
}

impl Limits {
    /// These limits, none longer than `limit`.
    #[must_use]
    pub fn at_most(self, limit: Duration) -> Self {
        Self {
            begin: self.begin.min(limit),
            usual: self.usual.min(limit),
            long: self.long.min(limit),
        }
    }
}
