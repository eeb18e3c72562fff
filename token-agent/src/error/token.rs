//! What can go wrong with a token.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::keystore::abilities::{Ability, Admin};
use crate::keystore::secret::{SecretName, Unfit};

/// Token failures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TokenError {
    /// No PKCS#11 module configured and none named.
    NoModule,
    /// The module cannot be loaded.
    Module {
        /// Its path.
        path: PathBuf,
        /// What the loader said.
        detail: String,
    },
    /// No usable token in any reader.
    NoToken,
    /// No card reader is connected, and no token that brings its own.
    NoReader,
    /// There are readers, and no card in any.
    NoCard {
        /// One of them.
        reader: String,
    },
    /// The card in the reader does not answer: the wrong way round, dirty or broken.
    MuteCard {
        /// The reader.
        reader: String,
    },
    /// The card in the reader is of a kind that nothing here can use.
    OtherCard {
        /// The reader.
        reader: String,
    },
    /// None with that label or serial.
    NotFound {
        /// As given.
        wanted: String,
    },
    /// More than one with that label or serial.
    Ambiguous {
        /// As given.
        wanted: String,
    },
    /// The token was never initialised.
    NotInitialised {
        /// Its label or slot.
        token: String,
    },
    /// The token takes no writing.
    WriteProtected,
    /// The token has no room.
    Full,
    /// The certificate is issued, and the token has no room for it.
    NoRoomForCertificate,
    /// The PIN was refused.
    PinWrong {
        /// The next wrong one locks the token.
        last_try: bool,
        /// Tries left, where the token counts aloud.
        tries_left: Option<u8>,
    },
    /// The PIN is locked.
    PinLocked,
    /// The token takes the PIN for unusable: expired, too weak, never set.
    PinUnusable,
    /// It cannot be this secret of this token, and was not sent.
    Unfit {
        /// Which.
        what: SecretName,
        /// Why.
        why: Unfit,
        /// Shortest, in bytes; 0 when the token does not say.
        min: u8,
        /// Longest, in bytes; 0 when the token does not say.
        max: u8,
    },
    /// The token went away in the middle.
    Removed,
    /// The reader went away, with what was in it.
    ReaderGone,
    /// Another agent is at work with it.
    InUse,
    /// The token did not answer in time.
    Hung,
    /// The token makes none of the key types the bank takes.
    NoAlgorithm,
    /// The token's keys make none of the signatures that a connection to the bank needs.
    CannotSign,
    /// Nobody is logged in any more: another program has logged out, or the token was reset.
    LoginLost,
    /// The token would give the key away.
    Extractable,
    /// The key of the broken-off issue is not on this token.
    KeyElsewhere,
    /// No usable certificate of this bank on the token.
    NoCertificate,
    /// The token has no certificate with the serial number that was named.
    NoSuchCertificate {
        /// As given.
        serial: String,
    },
    /// A signature by the token's key does not fit the certificate.
    ProofFailed,
    /// Cancelled on the token or its PIN pad.
    Cancelled,
    /// The token's own rules do not allow the new PIN. The old one stays.
    NewPinRefused,
    /// The new PIN is the old one. Nothing was sent.
    NewPinSame,
    /// The key asks for the PIN at each use, and there is none to give it.
    PinNeeded,
    /// The PUK (or the security officer's PIN in its place) was refused.
    PukWrong {
        /// Tries left, where the token counts aloud.
        tries_left: Option<u8>,
    },
    /// The PUK is locked: nothing here opens this token again.
    PukLocked,
    /// A change of the token needs more than the PIN.
    AdminNeeded {
        /// What.
        what: Admin,
    },
    /// The security officer's PIN or the management key was refused.
    AdminWrong {
        /// Which.
        what: Admin,
        /// Tries left, where the token counts aloud.
        tries_left: Option<u8>,
    },
    /// The security officer's PIN is locked.
    AdminLocked,
    /// What was given cannot be a management key or security officer's PIN of this token.
    AdminUnusable {
        /// Which.
        what: Admin,
    },
    /// This token cannot do that here.
    CannotDo {
        /// What.
        what: Ability,
    },
    /// The key is not on the token any more.
    KeyGone,
    /// The certificate is not on the token any more.
    CertificateGone,
    /// Another program holds the card and does not let go.
    HeldByOther {
        /// Its name, where the system tells.
        program: Option<String>,
    },
    /// The system's service for card readers does not run, or was stopped.
    ReaderService {
        /// What the system said.
        detail: String,
    },
    /// The process in which the token driver runs ended by itself.
    DriverCrashed {
        /// The driver.
        driver: PathBuf,
        /// How it ended, as the system says it.
        how: String,
    },
    /// The process in which the token driver runs said what makes no sense.
    DriverGarbled {
        /// The driver.
        driver: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// Anything else the module said.
    Failed {
        /// The PKCS#11 function or step.
        operation: String,
        /// What the module said.
        detail: String,
    },
}

impl std::fmt::Display for TokenError {
    /// For logs; what the customer is told is in the catalogue.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for TokenError {}
