//! What a token supports, and what it requires.

use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::messages::bank::KeyStoreDemand;
use serde::{Deserialize, Serialize};

use super::content::KeyRef;
use crate::error::TokenError;

/// What a token supports here. A token may still refuse a supported operation when it is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools)] // independent facts, each with its name
pub struct Capabilities {
    /// Generates key pairs.
    pub generate: bool,
    /// Stores certificates.
    pub write_certificates: bool,
    /// Stores CA certificates, which have no key on the token.
    pub ca_certificates: bool,
    /// Stores key labels.
    pub labels: bool,
    /// Deletes keys.
    pub delete_keys: bool,
    /// Changes the PIN.
    pub change_pin: bool,
    /// Whether new PINs are entered on the reader's keypad too, if PINs are.
    pub change_pin_pad: bool,
    /// What unblocks the PIN; `None` if it cannot be unblocked here.
    pub unblock: Option<Unblock>,
    /// Generates keys in a smart card or USB token.
    pub in_card: bool,
    /// Generates keys in the computer's TPM.
    pub in_tpm: bool,
}

impl Capabilities {
    /// Whether it generates keys of the kind that a bank demands.
    #[must_use]
    pub const fn meets(&self, demand: KeyStoreDemand) -> bool {
        match demand {
            KeyStoreDemand::Tpm => self.in_tpm,
            KeyStoreDemand::Card => self.in_card,
        }
    }
}

/// The secret that unblocks a PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unblock {
    /// The PUK of the card.
    Puk,
    /// The security officer PIN.
    SoPin,
}

/// The secret that a token requires for changes, in addition to the PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Admin {
    /// The security officer PIN.
    SoPin,
    /// The card management key, as hex digits.
    ManagementKey,
}

/// An operation that not every token supports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Capability {
    /// Generate key pairs.
    Generate,
    /// Store certificates.
    WriteCertificates,
    /// Delete keys.
    DeleteKeys,
    /// Change the PIN.
    ChangePin,
    /// Unblock the PIN.
    Unblock,
    /// Accept a PIN from the reader's keypad.
    PinPad,
    /// Agree on a secret with another key, and hand it out.
    Agree,
}

impl Capability {
    /// The error of a token without this capability.
    #[must_use]
    pub const fn missing(self) -> TokenError {
        TokenError::Unsupported { what: self }
    }
}

/// A key pair to generate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewKey {
    /// Type.
    pub algorithm: KeyAlgorithm,
    /// Label, for tokens that store one.
    pub label: String,
    /// Replace this key (or the certificate in its slot), which is destroyed. Only after explicit confirmation.
    pub replaces: Option<KeyRef>,
    /// Size of the future certificate in bytes. Without space for it no key is generated. 0 if unknown.
    #[serde(default)]
    pub certificate_size: usize,
    /// Where the bank demands it. A token generates it nowhere else.
    #[serde(default)]
    pub key_store: Option<KeyStoreDemand>,
    /// Windows must ask the user before each use. Tokens with a PIN have their own protection.
    #[serde(default)]
    pub windows_prompt: bool,
}
