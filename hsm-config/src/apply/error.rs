//! Why `apply` stopped, without prose.

use std::path::PathBuf;

use inkan_pki::pkcs11::error::Pkcs11Error;
use inkan_pki::pkcs11::mechanisms::MechanismLack;
use jiff::Timestamp;
use thiserror::Error;

use crate::pin_source::PinError;
use crate::spec::SpecError;
use crate::transcript::TranscriptError;

/// Why `apply` stopped. Sentences are in [`catalogue::apply`](crate::catalogue::apply).
#[derive(Debug, Error)]
#[error("{:?}", self)]
pub enum ApplyError {
    /// The specification cannot be used here.
    Spec(#[from] SpecError),
    /// A PIN could not be read: of the token with this label.
    Pin(String, PinError),
    /// The transcript cannot be used.
    Transcript(#[from] TranscriptError),
    /// Another run has locked this directory.
    Busy(PathBuf),
    /// Every step was done before; this is its transcript.
    Complete(PathBuf),
    /// The transcript is of another plan.
    OtherPlan {
        /// The transcript.
        transcript: PathBuf,
        /// SHA-256 of the recorded plan, hex.
        recorded: String,
        /// SHA-256 of the plan now, hex.
        planned: String,
    },
    /// This machine's clock is before the last line of the transcript; nothing was changed.
    ClockBehind {
        /// When that line was written.
        last: Timestamp,
        /// The time now.
        now: Timestamp,
    },
    /// Something exists, is missing or differs; nothing was changed.
    Conflicts(Vec<Conflict>),
    /// The HSM refused or failed, in this step (empty: before any).
    Hsm(String, Pkcs11Error),
    /// A certificate or CRL could not be signed, in this step; with the library's message.
    Certificate(String, String),
    /// A file or directory could not be read or written.
    File(PathBuf, std::io::ErrorKind),
    /// The operating system returned no random numbers.
    Random,
}

/// Something that stops `apply` before it changes anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conflict {
    /// A token with this label exists and is not from this ceremony.
    TokenExists(String),
    /// The token with this label is recorded, or must exist, and is missing.
    TokenMissing(String),
    /// More than one token has this label.
    TokenAmbiguous(String),
    /// The token with this label does not have the recorded serial number.
    TokenReplaced {
        /// Label.
        label: String,
        /// Recorded.
        recorded: String,
        /// Found.
        found: String,
    },
    /// A key with this label exists and is not from this ceremony.
    KeyExists(String),
    /// The key with this label is recorded and is missing.
    KeyMissing(String),
    /// The key with this label is not as planned or recorded.
    KeyDiffers(String, Difference),
    /// The token cannot hold the planned key.
    KeyUnsupported {
        /// Label.
        label: String,
        /// In the specification.
        algorithm: &'static str,
        /// What the token lacks.
        lacks: MechanismLack,
    },
    /// A certificate file exists and is not from this ceremony.
    CertificateExists(PathBuf),
    /// The certificate file is recorded and is missing.
    CertificateMissing(PathBuf),
    /// The certificate file is not as planned or recorded.
    CertificateDiffers(PathBuf, Difference),
}

/// How something differs from the plan or the transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// Another algorithm or size.
    Algorithm,
    /// More than one has this label.
    Ambiguous,
    /// Another public key.
    PublicKey,
    /// The private key can leave the token, or was not made on it.
    Unsafe,
    /// Its `CKA_ID` is planned for another label.
    Label,
    /// One half of a key pair: the token was interrupted while it made the pair.
    Incomplete,
    /// Not a certificate.
    Malformed,
    /// Another serial number, name or period.
    Content,
    /// Not signed by the planned issuer.
    Signature,
}

impl ApplyError {
    /// Whether a PIN was refused, withheld, or got an unclear answer.
    #[must_use]
    pub fn is_pin(&self) -> bool {
        match self {
            Self::Pin(..) => true,
            Self::Hsm(_, error) => is_pin(error),
            _ => false,
        }
    }
}

/// Includes an unclear answer to a PIN: running the command again sends the PIN again.
pub(crate) fn is_pin(error: &Pkcs11Error) -> bool {
    error.class.is_pin() || error.is_unclear_login()
}
