//! Why a backup, a restore or an adoption stopped, without prose.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::apply::ApplyError;
use crate::profile::Profile;
use crate::transcript::TranscriptError;
use crate::verify::VerifyError;

/// Why it stopped. Sentences are in [`catalogue::recovery`](crate::catalogue::recovery).
#[derive(Debug, Error)]
#[error("{:?}", self)]
pub enum RecoveryError {
    /// The specification has no token of that id; with its tokens.
    UnknownToken(String, Vec<String>),
    /// Tokens of this product are not backed up by this program.
    OtherMeans(&'static Profile),
    /// The ceremony is not complete.
    Incomplete,
    /// Not an age public key.
    Recipient,
    /// The file of the identity cannot be used; the reason.
    Identity(PathBuf, String),
    /// The target exists.
    TargetExists(PathBuf),
    /// No space is left for this file.
    DiskFull(PathBuf),
    /// The file could not be read or written.
    File(PathBuf, io::ErrorKind),
    /// Not an archive of this program.
    NotABackup(PathBuf),
    /// Encrypted for another key.
    OtherKey(PathBuf),
    /// Cut off or changed.
    Damaged(PathBuf),
    /// Its format is newer: found, and the newest known one.
    Newer(PathBuf, u32, u32),
    /// Where SoftHSM keeps its tokens is not known; the configuration that was read, if any.
    Store(Option<PathBuf>),
    /// SoftHSM keeps its tokens in another form than files.
    StoreBackend(PathBuf, String),
    /// No directory belongs to the token with this serial number.
    NoTokenFiles(PathBuf, String),
    /// The token's files changed each time they were read.
    Changing(PathBuf),
    /// The process that loads the module failed; what it wrote.
    Contents(String),
    /// The module does not find in the copy what it finds on the token; what differs.
    CopyDiffers(&'static str),
    /// No token, or more than one, has this label.
    TokenNotFound(String),
    /// The token found is not the recorded one.
    OtherToken {
        /// Its label.
        label: String,
        /// Recorded.
        recorded: String,
        /// Found.
        found: String,
    },
    /// Recorded keys are not on the token: their ids.
    KeysMissing(Vec<String>),
    /// The token has fewer private keys than the transcript: found, recorded.
    PrivateKeysMissing(usize, usize),
    /// The archive is of another environment: which field, in the archive, in the specification.
    OtherEnvironment(&'static str, String, String),
    /// The transcript in this file is not the one of the archive, nor continues it.
    OtherTranscript(PathBuf),
    /// After the backup another token was adopted: serial number in the archive, and recorded.
    Superseded(String, String),
    /// The set of shares in this file is not the one of the archive.
    OtherShares(PathBuf),
    /// A token with this label or serial number exists.
    TokenExists(String, String),
    /// The token with this label is the recorded one.
    SameToken(String),
    /// Two different custodians of the specification must be named.
    Custodians(Vec<String>),
    /// The token does not hold what is recorded; the report has the findings.
    Findings(Box<crate::verify::Report>),
    /// As at a ceremony.
    Apply(#[from] ApplyError),
    /// The token could not be checked.
    Verify(#[from] VerifyError),
}

impl From<TranscriptError> for RecoveryError {
    fn from(error: TranscriptError) -> Self {
        Self::Apply(error.into())
    }
}

impl RecoveryError {
    /// Whether a PIN could not be read, was refused, withheld, or got an unclear answer.
    #[must_use]
    pub fn is_pin(&self) -> bool {
        match self {
            Self::Apply(error) => error.is_pin(),
            Self::Verify(error) => error.is_pin(),
            _ => false,
        }
    }

    /// An error of this file.
    pub(super) fn file(file: &Path) -> impl Fn(io::Error) -> Self + use<> {
        let file = file.to_owned();
        move |error| match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::DiskFull(file.clone())
            }
            kind => Self::File(file.clone(), kind),
        }
    }
}
