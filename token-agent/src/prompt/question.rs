//! The questions to the user.

use inkan_pki::messages::request::GiveUpReason;
use inkan_pki::secret::Pin;

use crate::error::TokenError;
use crate::keystore::capabilities::{Admin, Unblock};
use crate::keystore::view::{PinState, TokenView};
use crate::output::event::RequestView;
use crate::output::outcome::{BankView, TokenEntry};

/// A yes/no question.
#[derive(Debug, Clone)]
pub enum Question {
    /// Consent to a request of the bank's page, with the comparison code.
    Request(RequestView),
    /// The token has no free slot: consent to destroying the contents of one for the new key.
    Overwrite {
        /// The token.
        token: TokenView,
        /// What is stored there now.
        entry: Box<TokenEntry>,
    },
    /// Consent to deleting a certificate and its key.
    Delete {
        /// The token.
        token: TokenView,
        /// What is deleted.
        entry: Box<TokenEntry>,
        /// False if the token does not delete keys: then only the certificate is deleted.
        with_key: bool,
        /// Whether it is the last usable certificate of its bank on this token.
        last: bool,
    },
    /// The bank has issued a certificate for a key that cannot be used here: consent to giving it up for a new key on
    /// this token.
    GiveUp {
        /// The token in use.
        token: TokenView,
        /// Serial number of the certificate for the other key.
        serial: String,
        /// Why that key cannot be used.
        reason: GiveUpReason,
    },
    /// Consent to installing this bank.
    AddBank(BankView),
    /// Consent to using this token driver. It runs with the user's permissions.
    AddModule {
        /// Display name.
        name: String,
        /// Its file.
        path: String,
    },
}

/// A choice of certificates.
#[derive(Debug, Clone)]
pub struct CertificateChoice {
    /// The token that holds them.
    pub token: TokenView,
    /// At least one, newest first.
    pub entries: Vec<TokenEntry>,
}

/// A question for a secret.
#[derive(Debug, Clone)]
pub struct SecretQuestion {
    /// The secret and its purpose.
    pub what: SecretKind,
    /// The token.
    pub token: TokenView,
    /// The tries left, as the token reports them.
    pub state: PinState,
    /// Why it is requested again.
    pub refused: Option<TokenError>,
}

/// The secret and its purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretKind {
    /// The PIN, to use the key.
    Pin,
    /// The PIN, to change it.
    CurrentPin,
    /// What unblocks the PIN.
    Unblock(Unblock),
    /// The administrative secret.
    Admin(Admin),
}

/// A question for a new PIN.
#[derive(Debug, Clone)]
pub struct NewPin {
    /// The token.
    pub token: TokenView,
    /// Minimum length in bytes; 0 if the token does not report it.
    pub min_length: u8,
    /// Maximum length in bytes; 0 if the token does not report it.
    pub max_length: u8,
    /// Why it is requested again.
    pub refused: Option<TokenError>,
}

/// The unlocking secret, and the new PIN.
#[derive(Debug, Clone)]
pub struct PinChange {
    /// PIN, PUK or security officer PIN.
    pub present: Pin,
    /// The new PIN.
    pub new: Pin,
}
