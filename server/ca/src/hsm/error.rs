//! Errors for callers of the pool. No prose: the catalogue has the sentences.

use std::path::PathBuf;
use std::time::Duration;

use inkan_pki::pkcs11::ErrorClass;

/// Why the pool did not start. All of these are mistakes in the configuration; an unavailable HSM is not among them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// A number or duration that must be positive is zero.
    #[error("hsm setting {0} must not be zero")]
    Zero(&'static str),
    /// Two keys with the same name.
    #[error("hsm key {0} is configured twice")]
    KeyTwice(String),
    /// A key with neither a public key nor a label.
    #[error("hsm key {0} has neither a public key nor a label")]
    KeyUnnamed(String),
    /// The module file does not exist.
    #[error("pkcs#11 module {} is not a file", .0.display())]
    ModuleMissing(PathBuf),
    /// The program that loads the module does not exist.
    #[error("the program for the pkcs#11 module, {}, is not a file", .0.display())]
    DriverMissing(PathBuf),
    /// There must be one to four units.
    #[error("{0} hsms are configured; there may be one to four")]
    Units(usize),
    /// Two units with the same name.
    #[error("two hsms have the name {0}")]
    UnitTwice(String),
    /// A key of one name has different public keys in two units.
    #[error("key {key} of hsm {one} is not the key {key} of hsm {other}: their public keys differ")]
    KeyDiffers {
        /// The key's name.
        key: String,
        /// One unit.
        one: String,
        /// The other one.
        other: String,
    },
    /// The operating system gave no thread.
    #[error("no thread for the hsm pool")]
    NoThread,
}

/// Why there is no signature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HsmError {
    /// The queue is full.
    #[error("hsm queue is full")]
    Busy,
    /// No answer within the deadline. A later signature is dropped.
    #[error("hsm did not respond within the deadline")]
    Deadline,
    /// The HSM is unavailable or the breaker is open.
    #[error("hsm is unavailable, retry after {retry_after:?}")]
    Unavailable {
        /// When to try again.
        retry_after: Duration,
    },
    /// The HSM refused the PIN, or only the last try is left. Nothing is tried until a PIN is provided.
    #[error("hsm refused the pin")]
    PinRefused,
    /// The PIN is shared among officers, who have not unsealed it.
    #[error("hsm is sealed")]
    Sealed,
    /// The pool was shut down.
    #[error("hsm pool is stopped")]
    Stopped,
    /// No key of that name in the configuration.
    #[error("hsm key {0} is not configured")]
    UnknownKey(String),
    /// The token has no such key.
    #[error("hsm key {0} is not on the token")]
    KeyMissing(String),
    /// The token's key of that label is not the key expected.
    #[error("hsm key {0} is not the expected key")]
    WrongKey(String),
    /// The signature does not verify, or cannot be one.
    #[error("hsm key {0} returned a wrong signature")]
    WrongSignature(String),
    /// It made so many consecutive wrong signatures that it is not used until an operator orders another attempt.
    #[error("hsm key {0} is out of service after wrong signatures")]
    KeyOutOfService(String),
    /// The HSM refused this one call.
    #[error("hsm refused {operation}: {class:?}")]
    Refused {
        /// The operation.
        operation: &'static str,
        /// The class of the refusal.
        class: ErrorClass,
    },
}

impl HsmError {
    /// Stable name for metrics and logs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Busy => "hsm-busy",
            Self::Deadline => "hsm-deadline",
            Self::Unavailable { .. } => "hsm-unavailable",
            Self::PinRefused => "hsm-pin-refused",
            Self::Sealed => "hsm-sealed",
            Self::Stopped => "hsm-stopped",
            Self::UnknownKey(_) => "hsm-key-unknown",
            Self::KeyMissing(_) => "hsm-key-missing",
            Self::WrongKey(_) => "hsm-key-wrong",
            Self::WrongSignature(_) => "hsm-wrong-signature",
            Self::KeyOutOfService(_) => "hsm-key-out-of-service",
            Self::Refused { .. } => "hsm-refused",
        }
    }

    /// When to repeat the same request; `None`: only after an operator has acted.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy | Self::Deadline => Some(Duration::from_secs(1)),
            Self::Unavailable { retry_after } => Some(*retry_after),
            // An operator must act, and may be quick; nothing is lost in the meantime.
            Self::PinRefused
            | Self::Sealed
            | Self::Stopped
            | Self::KeyMissing(_)
            | Self::WrongKey(_)
            | Self::WrongSignature(_)
            | Self::KeyOutOfService(_)
            | Self::Refused { .. } => Some(Duration::from_secs(60)),
            // A mistake of the program: it uses only keys that were configured at the start.
            Self::UnknownKey(_) => None,
        }
    }
}
