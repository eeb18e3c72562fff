//! Failures of a token.

use std::path::PathBuf;

use inkan_pki::messages::bank::KeyStoreDemand;
use serde::{Deserialize, Serialize};

use crate::keystore::capabilities::{Admin, Capability};
use crate::keystore::content::KeyGoneReason;
use crate::keystore::secret::{SecretFault, SecretName};

/// Token failures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TokenError {
    /// No PKCS#11 module is configured or named.
    NoModule,
    /// The module cannot be loaded.
    Module {
        /// Its path.
        path: PathBuf,
        /// The loader's message.
        detail: String,
    },
    /// No usable token in any reader.
    NoToken,
    /// Neither a card reader nor a USB token is connected.
    NoReader,
    /// No reader holds a card.
    NoCard {
        /// One of them.
        reader: String,
    },
    /// The card does not respond: it is inserted the wrong way round, dirty or defective.
    UnresponsiveCard {
        /// The reader.
        reader: String,
    },
    /// No driver supports the card in the reader.
    UnsupportedCard {
        /// The reader.
        reader: String,
    },
    /// No token has that label or serial number.
    NotFound {
        /// As the user wrote it.
        wanted: String,
    },
    /// Several tokens have that label or serial number.
    Ambiguous {
        /// As the user wrote it.
        wanted: String,
    },
    /// The token is not initialised.
    NotInitialised {
        /// Its label or slot.
        token: String,
    },
    /// The token is write-protected.
    WriteProtected,
    /// The token is full.
    Full,
    /// The certificate is issued, but the token has no space for it.
    NoSpaceForCertificate,
    /// The PIN was refused.
    PinWrong {
        /// Whether the next incorrect PIN locks the token.
        last_try: bool,
        /// Tries left, if the token reports them.
        tries_left: Option<u8>,
    },
    /// The PIN is locked.
    PinLocked,
    /// The token rejects the PIN as unusable: expired, too weak, or never set.
    PinUnusable,
    /// The secret cannot be valid for this token. It was not sent.
    InvalidSecret {
        /// The secret.
        what: SecretName,
        /// The reason.
        why: SecretFault,
        /// Minimum length in bytes; 0 if the token does not report it.
        min: u8,
        /// Maximum length in bytes; 0 if the token does not report it.
        max: u8,
    },
    /// The token was removed during the operation.
    Removed,
    /// The reader was removed, with its card.
    ReaderGone,
    /// Another agent is using the token.
    InUse,
    /// The token did not respond in time.
    TimedOut,
    /// The token generates none of the key types that the bank accepts.
    NoAlgorithm,
    /// The token's keys support none of the signature schemes that a connection to the bank needs.
    CannotSign,
    /// The login was lost: another program has logged out, or the token was reset.
    LoginLost,
    /// The key can be extracted from the token.
    Extractable,
    /// The key of the interrupted issuance is not on this token.
    KeyElsewhere,
    /// The token has no usable certificate of this bank.
    NoCertificate,
    /// The token has no certificate with this serial number.
    NoSuchCertificate {
        /// As the user wrote it.
        serial: String,
    },
    /// The signature of the token's key does not match the certificate.
    ProofFailed,
    /// Cancelled on the token or its PIN pad.
    Cancelled,
    /// The token's rules do not allow the new PIN. The current one remains valid.
    NewPinRefused,
    /// The new PIN equals the current one. Nothing was sent.
    NewPinSame,
    /// The key requires the PIN for each use, and no PIN is available.
    PinNeeded,
    /// The PUK (or the security officer PIN in its place) was refused.
    PukWrong {
        /// Tries left, if the token reports them.
        tries_left: Option<u8>,
    },
    /// The PUK is locked: the token cannot be unblocked here.
    PukLocked,
    /// The change requires more than the PIN.
    AdminNeeded {
        /// What it requires.
        what: Admin,
    },
    /// The security officer PIN or the management key was refused.
    AdminWrong {
        /// Which one.
        what: Admin,
        /// Tries left, if the token reports them.
        tries_left: Option<u8>,
    },
    /// The security officer PIN is locked.
    AdminLocked,
    /// The value has no valid format of a management key or security officer PIN of this token.
    AdminUnusable {
        /// Which one.
        what: Admin,
    },
    /// The token does not support the operation.
    Unsupported {
        /// The operation.
        what: Capability,
    },
    /// The key is no longer on the token.
    KeyGone,
    /// The key of a certificate cannot be used any more.
    KeyLost {
        /// Why.
        reason: KeyGoneReason,
    },
    /// The token generates no keys where the bank demands them.
    WrongKeyStore {
        /// Where it demands them.
        demand: KeyStoreDemand,
    },
    /// Windows cannot ask the user before each use of the key, which the bank demands.
    NoPrompt,
    /// The certificate is no longer on the token.
    CertificateGone,
    /// The token's only slot for key agreement holds another key.
    AgreementSlotTaken,
    /// The token has no share key.
    NoShareKey,
    /// The token's share key does not open the share.
    ShareNotOpened,
    /// Another program has locked the card.
    CardInUse {
        /// Its name, if the system reports it.
        program: Option<String>,
    },
    /// The smart card service is not running, or was stopped.
    ReaderService {
        /// The error that the system reports.
        detail: String,
    },
    /// The driver's process exited unexpectedly.
    DriverCrashed {
        /// The driver.
        driver: PathBuf,
        /// The exit status.
        how: String,
    },
    /// The driver's process sent an invalid reply.
    InvalidDriverResponse {
        /// The driver.
        driver: PathBuf,
        /// The reason.
        detail: String,
    },
    /// Any other error of the module.
    Failed {
        /// The PKCS#11 function or step.
        operation: String,
        /// The error that the module reports.
        detail: String,
    },
}

impl std::fmt::Display for TokenError {
    /// For logs. The sentence for the user is in the catalogue.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for TokenError {}
