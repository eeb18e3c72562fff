//! What the person is asked.

use inkan_pki::messages::request::GiveUpReason;
use inkan_pki::secret::Pin;

use crate::error::TokenError;
use crate::keystore::abilities::{Admin, Unblock};
use crate::keystore::view::{PinState, TokenView};
use crate::output::event::RequestView;
use crate::output::outcome::{BankView, TokenEntry};

/// A question whose answer is yes or no.
#[derive(Debug, Clone)]
pub enum Question {
    /// May this request of the bank's page be carried out? With the comparison code.
    Request(RequestView),
    /// The token has no free place: may what is at one of them be destroyed for the new key?
    Overwrite {
        /// Token.
        token: TokenView,
        /// What is there now.
        entry: Box<TokenEntry>,
    },
    /// May this certificate and its key be deleted?
    Delete {
        /// Token.
        token: TokenView,
        /// What goes.
        entry: Box<TokenEntry>,
        /// False when the token cannot destroy keys: then only the certificate goes.
        with_key: bool,
        /// It is the last one of its bank on this token that can be used.
        last: bool,
    },
    /// The bank has signed for a key that cannot be used here: may that issue be given up for a new key on this token?
    GiveUp {
        /// The token that is used now.
        token: TokenView,
        /// Serial number of the certificate for the other key.
        serial: String,
        /// Why that key cannot be used.
        reason: GiveUpReason,
    },
    /// May this bank be installed?
    AddBank(BankView),
    /// May this token driver be used from now on? It runs as part of this person's session.
    AddModule {
        /// Name for people.
        name: String,
        /// Its file.
        path: String,
    },
}

/// Which of these certificates?
#[derive(Debug, Clone)]
pub struct CertificateChoice {
    /// The token they are on.
    pub token: TokenView,
    /// At least one, the newest first.
    pub entries: Vec<TokenEntry>,
}

/// Asking for something secret.
#[derive(Debug, Clone)]
pub struct SecretQuestion {
    /// What for.
    pub what: SecretKind,
    /// Of which token.
    pub token: TokenView,
    /// What the token says about the tries left.
    pub state: PinState,
    /// Why it is asked for again.
    pub refused: Option<TokenError>,
}

/// What is secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretKind {
    /// The PIN, to use the key.
    Pin,
    /// The PIN, to change it.
    PresentPin,
    /// What unblocks the PIN.
    Unblock(Unblock),
    /// What the token wants beyond the PIN.
    Admin(Admin),
}

/// Asking for a new PIN.
#[derive(Debug, Clone)]
pub struct NewPin {
    /// Of which token.
    pub token: TokenView,
    /// Shortest, in bytes; 0 when the token does not say.
    pub min_length: u8,
    /// Longest, in bytes; 0 when the token does not say.
    pub max_length: u8,
    /// Why it is asked for again.
    pub refused: Option<TokenError>,
}

/// What opens the token, and its new PIN.
#[derive(Debug, Clone)]
pub struct PinChange {
    /// PIN, PUK or security officer's PIN.
    pub present: Pin,
    /// The PIN from now on.
    pub new: Pin,
}
