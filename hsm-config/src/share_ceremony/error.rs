//! Why a change of shares stopped.

use std::path::PathBuf;

use inkan_pki::pkcs11::error::Pkcs11Error;
use thiserror::Error;

use crate::apply::{ApplyError, is_pin};
use crate::pin_source::PinError;
use crate::shares::{NoRandomness, SetError};
use crate::spec::{ModuleError, SpecError};
use crate::transcript::TranscriptError;

/// The officers did not get their pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotDelivered;

/// Why a change of shares stopped. Sentences are in [`catalogue::share_ceremony`](crate::catalogue::share_ceremony).
#[derive(Debug, Error)]
#[error("{:?}", self)]
pub enum ShareCeremonyError {
    /// The specification cannot be used here.
    Spec(#[from] SpecError),
    /// It has no token with this id.
    NoToken(String),
    /// No token, or more than one, has this label.
    TokenNotFound(String),
    /// The set is for another token: serial number expected, and found.
    OtherToken(String, String),
    /// The current PIN could not be read: of the token with this label.
    Pin(String, PinError),
    /// The HSM refused or failed before anything was changed.
    Hsm(String, Pkcs11Error),
    /// The token refused the new PIN; the old one is in force.
    NewPinRefused(String, Pkcs11Error),
    /// The answer to the change is unclear: either PIN may be in force. The pending set stays in this file.
    Unclear(PathBuf, Pkcs11Error),
    /// A change was interrupted; its set is in this file.
    Pending(PathBuf),
    /// No change was interrupted.
    NothingPending(PathBuf),
    /// There is a set already: `reshare` replaces it.
    SetExists(PathBuf),
    /// The token refused the old PIN, so the change may have been made.
    OldPinRefused(String, Pkcs11Error),
    /// The officers did not get their pages; nothing was changed.
    NotDelivered,
    /// The set cannot be made, read or written.
    Set(#[from] SetError),
    /// The transcript cannot be continued; nothing was changed.
    Transcript(TranscriptError),
    /// The set is in force, and the transcript could not be written.
    NotRecorded(TranscriptError),
    /// Another run is in progress, or the directory cannot be used.
    Directory(Box<ApplyError>),
}

impl From<NoRandomness> for ShareCeremonyError {
    fn from(_: NoRandomness) -> Self {
        Self::Set(SetError::Random)
    }
}

impl From<ModuleError> for ShareCeremonyError {
    fn from(error: ModuleError) -> Self {
        match error {
            ModuleError::Spec(error) => Self::Spec(error),
            ModuleError::Hsm(error) => Self::Hsm(String::new(), error),
        }
    }
}

impl ShareCeremonyError {
    /// Whether a PIN could not be read, was refused, withheld, or got an unclear answer.
    #[must_use]
    pub fn is_pin(&self) -> bool {
        match self {
            Self::Pin(..) | Self::Unclear(..) | Self::OldPinRefused(..) => true,
            Self::Hsm(_, error) => is_pin(error),
            _ => false,
        }
    }
}
