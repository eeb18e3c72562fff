//! How long a driver may take for one answer.

use std::time::Duration;

/// The deadlines. After one the process is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Loading a module and saying which tokens it sees, or opening one.
    pub begin: Duration,
    /// Reading, writing, signing, one try of a PIN.
    pub usual: Duration,
    /// Making a key (RSA-4096 on a slow card takes minutes), and whatever waits for a person at a keypad.
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
    /// None longer than `limit`.
    #[must_use]
    pub fn at_most(self, limit: Duration) -> Self {
        Self {
            begin: self.begin.min(limit),
            usual: self.usual.min(limit),
            long: self.long.min(limit),
        }
    }
}
