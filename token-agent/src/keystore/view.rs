//! What a token says about itself.

use serde::{Deserialize, Serialize};

use crate::output::event::PinWarning;

/// How a token is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenKind {
    /// Through a PKCS#11 module, in a process of its own.
    Pkcs11,
    /// A PIV card in a reader, by ourselves.
    Piv,
}

/// A token, for people and JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenView {
    /// Its label; for a PIV card, which has none, its model.
    pub label: String,
    /// Its serial number; for a PIV card without one, its CHUID's GUID in hex.
    pub serial: String,
    /// Its maker and model.
    pub model: String,
    /// How it is spoken to.
    pub kind: TokenKind,
    /// The reader it is in, as far as known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reader: Option<String>,
    /// The token driver's name for people; `PIV` for a PIV card spoken to by ourselves.
    pub driver: String,
}

impl TokenView {
    /// What it is called where another driver may show a token of the same label or number: `driver:serial number`, or
    /// `driver:label` where it has no number.
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

/// What is known about a PIN or PUK and its tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinState {
    /// Tries left before it locks; `None` when the token does not count aloud.
    pub tries_left: Option<u8>,
    /// What is to be said about it before it is used.
    pub standing: PinStanding,
    /// It is entered at the reader, never here.
    pub pin_pad: bool,
    /// It is still the one that the maker of the token gives to all of them.
    pub factory: bool,
    /// Shortest the token takes, in bytes; 0 when it does not say.
    pub min_length: u8,
    /// Longest the token takes, in bytes; 0 when it does not say.
    pub max_length: u8,
}

/// Where a PIN stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PinStanding {
    /// The token says nothing against it. Most say nothing at all.
    Fine,
    /// A wrong one was given since the last right one.
    CountLow,
    /// One more wrong one locks it.
    FinalTry,
    /// Locked.
    Locked,
    /// None was ever set.
    NotSet,
}

impl PinState {
    /// Of a token that says nothing.
    pub const UNKNOWN: Self = Self {
        tries_left: None,
        standing: PinStanding::Fine,
        pin_pad: false,
        factory: false,
        min_length: 0,
        max_length: 0,
    };

    /// Of a token that counts: `left` of `all` tries.
    #[must_use]
    pub const fn counted(left: u8, all: u8) -> Self {
        let standing = match left {
            0 => PinStanding::Locked,
            1 => PinStanding::FinalTry,
            _ if left < all => PinStanding::CountLow,
            _ => PinStanding::Fine,
        };
        Self {
            tries_left: Some(left),
            standing,
            ..Self::UNKNOWN
        }
    }

    /// What to warn of before it is used.
    #[must_use]
    pub const fn warning(&self) -> Option<PinWarning> {
        match self.standing {
            PinStanding::CountLow => Some(PinWarning::CountLow),
            PinStanding::FinalTry => Some(PinWarning::FinalTry),
            PinStanding::Fine | PinStanding::Locked | PinStanding::NotSet => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PinStanding, PinState};

    #[test]
    fn the_last_try_is_told_from_the_first() {
        let standing = |left, all| PinState::counted(left, all).standing;
        assert_eq!(standing(3, 3), PinStanding::Fine);
        assert_eq!(standing(2, 3), PinStanding::CountLow);
        assert_eq!(standing(1, 3), PinStanding::FinalTry);
        assert_eq!(standing(1, 1), PinStanding::FinalTry);
        assert_eq!(standing(0, 3), PinStanding::Locked);
    }
}
