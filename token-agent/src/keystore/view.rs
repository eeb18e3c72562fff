//! How a token describes itself.

use serde::{Deserialize, Serialize};

use crate::output::event::PinWarning;

/// How the agent accesses a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenKind {
    /// Through a PKCS#11 module, in a separate process.
    Pkcs11,
    /// As a PIV card in a reader, without a module.
    Piv,
    /// The keys that Windows keeps for this user.
    Windows,
}

/// A token, as users and JSON see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenView {
    /// Its label; for a PIV card, which has none, its model.
    pub label: String,
    /// Its serial number; for a PIV card without one, its CHUID's GUID in hex.
    pub serial: String,
    /// Its manufacturer and model.
    pub model: String,
    /// How it is accessed.
    pub kind: TokenKind,
    /// The reader that holds it, if known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reader: Option<String>,
    /// Display name of the token driver; `PIV` for a PIV card without a driver.
    pub driver: String,
}

impl TokenView {
    /// A name that is unique even if another driver shows a token with the same label or number: `driver:serial
    /// number`, or `driver:label` if it has no number.
    #[must_use]
    pub fn qualified(&self) -> String {
        let name = if self.serial.is_empty() {
            &self.label
        } else {
            &self.serial
        };
        format!("{}:{name}", self.driver)
    }
}

/// The known state of a PIN or PUK.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinState {
    /// Tries left before it locks; `None` if the token does not report them.
    pub tries_left: Option<u8>,
    /// Its status before use.
    pub status: PinStatus,
    /// Whether it is entered on the reader only.
    pub pin_pad: bool,
    /// Whether it is still the vendor's default.
    pub factory: bool,
    /// Minimum length in bytes; 0 if the token does not report it.
    pub min_length: u8,
    /// Maximum length in bytes; 0 if the token does not report it.
    pub max_length: u8,
}

/// The status of a PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PinStatus {
    /// No warning. Most tokens report nothing at all.
    NoWarning,
    /// An incorrect PIN was entered since the last correct one.
    CountLow,
    /// One more incorrect PIN locks it.
    FinalTry,
    /// Locked.
    Locked,
    /// No PIN was ever set.
    NotSet,
}

impl PinState {
    /// The state of a token that reports nothing.
    pub const UNKNOWN: Self = Self {
        tries_left: None,
        status: PinStatus::NoWarning,
        pin_pad: false,
        factory: false,
        min_length: 0,
        max_length: 0,
    };

    /// The state of a token that reports a counter: `left` of `all` tries.
    #[must_use]
    pub const fn counted(left: u8, all: u8) -> Self {
        let status = match left {
            0 => PinStatus::Locked,
            1 => PinStatus::FinalTry,
            _ if left < all => PinStatus::CountLow,
            _ => PinStatus::NoWarning,
        };
        Self {
            tries_left: Some(left),
            status,
            ..Self::UNKNOWN
        }
    }

    /// The warning to show before use.
    #[must_use]
    pub const fn warning(&self) -> Option<PinWarning> {
        match self.status {
            PinStatus::CountLow => Some(PinWarning::CountLow),
            PinStatus::FinalTry => Some(PinWarning::FinalTry),
            PinStatus::NoWarning | PinStatus::Locked | PinStatus::NotSet => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PinState, PinStatus};

    #[test]
    fn the_last_try_is_distinguished_from_the_first() {
        let status = |left, all| PinState::counted(left, all).status;
        assert_eq!(status(3, 3), PinStatus::NoWarning);
        assert_eq!(status(2, 3), PinStatus::CountLow);
        assert_eq!(status(1, 3), PinStatus::FinalTry);
        assert_eq!(status(1, 1), PinStatus::FinalTry);
        assert_eq!(status(0, 3), PinStatus::Locked);
    }
}
