//! Why `apply` stopped, without prose.

use std::path::PathBuf;

use inkan_pki::pkcs11::error::Pkcs11Error;
use thiserror::Error;

use crate::pin_source::PinError;
use crate::spec::SpecError;
use crate::transcript::TranscriptError;

/// Why `apply` stopped.
#[derive(Debug, Error)]
#[error("{}", crate::catalogue::apply(self).sentence)]
pub enum ApplyError {
    /// The specification cannot be used here.
    Spec(#[from] SpecError),
    /// A PIN could not be read: of the token with this label.
    Pin(String, PinError),
    /// The transcript cannot be used.
    Transcript(#[from] TranscriptError),
    /// Another `apply` is at work in this directory.
    Busy(PathBuf),
    /// All of it was done before; this is its transcript.
    Complete(PathBuf),
    /// The transcript was begun for another plan.
    OtherPlan {
        /// The transcript.
        transcript: PathBuf,
        /// SHA-256 of the plan it was begun for, hex.
        recorded: String,
        /// SHA-256 of the plan now, hex.
        planned: String,
    },
    /// Something is there, or is gone, or differs; nothing was changed.
    InTheWay(Vec<Obstacle>),
    /// The HSM refused or failed, in this step (empty: before any).
    Hsm(String, Pkcs11Error),
    /// A certificate could not be made, in this step; in the library's words.
    Certificate(String, String),
    /// A file or directory could not be read or written.
    File(PathBuf, std::io::ErrorKind),
    /// The system gave no random numbers.
    Random,
}

/// Something that keeps `apply` from going on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// A token with this label exists and was not made by this ceremony.
    TokenExists(String),
    /// The token with this label is on record, or must exist, and is not there.
    TokenMissing(String),
    /// More than one token has this label.
    TokenAmbiguous(String),
    /// The token with this label has another serial number than on record.
    TokenReplaced {
        /// Label.
        label: String,
        /// On record.
        recorded: String,
        /// Found.
        found: String,
    },
    /// A key with this label exists and was not made by this ceremony.
    KeyExists(String),
    /// The key with this label is on record and is not there.
    KeyMissing(String),
    /// The key with this label is not as planned or as on record.
    KeyDiffers(String, Difference),
    /// A certificate file exists and was not made by this ceremony.
    CertificateExists(PathBuf),
    /// The certificate file is on record and is not there.
    CertificateMissing(PathBuf),
    /// The certificate file is not as planned or as on record.
    CertificateDiffers(PathBuf, Difference),
}

/// In what something differs from the plan or the record.
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
    /// One half of a pair: what a break-off inside the token left.
    HalfMade,
    /// Not a certificate.
    Malformed,
    /// Another serial number, name or period.
    Content,
    /// Not signed by the planned issuer.
    Signature,
}

impl ApplyError {
    /// Whether a PIN was refused, withheld, or sent without a clear answer.
    #[must_use]
    pub fn is_pin(&self) -> bool {
        match self {
            Self::Pin(..) => true,
            Self::Hsm(_, error) => is_pin(error),
            _ => false,
        }
    }
}

/// Whoever runs the command again sends the PIN again: an unclear answer is the PIN's business too.
pub(crate) fn is_pin(error: &Pkcs11Error) -> bool {
    error.class.is_pin() || error.is_unclear_login()
}
