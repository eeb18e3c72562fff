//! What a token can do, and what it asks for.

use inkan_pki::algorithm::KeyAlgorithm;
use serde::{Deserialize, Serialize};

use super::content::KeyRef;
use crate::error::TokenError;

/// What can be done with a token here. What it refuses although it is said here is told when it is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools)] // independent facts, each with its name
pub struct Abilities {
    /// Makes key pairs.
    pub generate: bool,
    /// Takes certificates.
    pub write_certificates: bool,
    /// Takes certificates of CAs, which have no key here.
    pub ca_certificates: bool,
    /// Keeps the labels of keys.
    pub labels: bool,
    /// Destroys keys.
    pub delete_keys: bool,
    /// Changes the PIN.
    pub change_pin: bool,
    /// Where PINs are entered at the reader's keypad, new ones are, too.
    pub change_pin_pad: bool,
    /// What unblocks the PIN; `None` when nothing does here.
    pub unblock: Option<Unblock>,
}

/// What unblocks a PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unblock {
    /// The PUK of the card.
    Puk,
    /// The PIN of the security officer.
    SoPin,
}

/// What a token asks for beyond the PIN before it lets itself be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Admin {
    /// The PIN of the security officer.
    SoPin,
    /// The card management key, as hex digits.
    ManagementKey,
}

/// Something that not every token can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ability {
    /// Make key pairs.
    Generate,
    /// Take certificates.
    WriteCertificates,
    /// Destroy keys.
    DeleteKeys,
    /// Change the PIN.
    ChangePin,
    /// Unblock the PIN.
    Unblock,
    /// Take a PIN at the reader's keypad.
    PinPad,
}

impl Ability {
    /// The failure of a token that cannot.
    #[must_use]
    pub const fn missing(self) -> TokenError {
        TokenError::CannotDo { what: self }
    }
}

/// A key pair to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewKey {
    /// Type.
    pub algorithm: KeyAlgorithm,
    /// Label, for tokens that keep one.
    pub label: String,
    /// Take the place of this key (or of the certificate at this place), which is destroyed by that. Only after a plain
    /// question.
    pub instead_of: Option<KeyRef>,
    /// Bytes that its certificate is going to need: where they are not there, no key is made. 0 when that is not known.
    #[serde(default)]
    pub room: usize,
}
