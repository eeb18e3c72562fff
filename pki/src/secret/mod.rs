//! Secrets that are zeroized on drop and never printed.
//!
//! Where a PIN comes from (prompt, file, credential) is decided elsewhere. No `Serialize` and no `Display`, so that a secret cannot get
//! into a log line, a template or a saved configuration.
//!
//! - [`locked`]: memory that is not written to swap

pub mod locked;

use std::fmt;

use serde::{Deserialize, Deserializer};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use self::locked::LockedText;

/// The PIN of a token's user or security officer, in locked memory.
#[derive(Clone)]
pub struct Pin(LockedText);

/// A password, a one-time credential, or another secret text.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

macro_rules! secret_text {
    ($type:ident, $shown:literal) => {
        impl $type {
            /// Takes ownership of the text. It is zeroized when the last clone is dropped.
            pub fn new(text: impl Into<String>) -> Self {
                let text: String = text.into();
                Self(text.into())
            }

            /// The text itself. Borrow it for the one call that needs it; do not copy it.
            #[must_use]
            pub fn expose(&self) -> &str {
                &self.0
            }

            /// True for the empty text.
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str($shown)
            }
        }

        // In constant time: the time must not show how much of a guess is correct.
        impl PartialEq for $type {
            fn eq(&self, other: &Self) -> bool {
                self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
            }
        }

        impl Eq for $type {}

        impl From<String> for $type {
            fn from(text: String) -> Self {
                Self::new(text)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(Self::new)
            }
        }
    };
}

secret_text!(Pin, "Pin(..)");
secret_text!(Secret, "Secret(..)");

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_neither_text_nor_length() {
        for text in ["", "1", "123456", "a much longer PIN"] {
            assert_eq!(format!("{:?}", Pin::new(text)), "Pin(..)");
            assert_eq!(
                format!("{:#?}", Some(Secret::new(text))),
                "Some(\n    Secret(..),\n)"
            );
        }
    }

    #[test]
    fn equal_only_when_the_whole_text_is() {
        assert_eq!(Pin::new("123456"), Pin::new("123456".to_owned()));
        assert_ne!(Pin::new("123456"), Pin::new("123457"));
        assert_ne!(Pin::new("123456"), Pin::new("12345"));
    }

    #[test]
    fn reads_from_a_plain_string() {
        let pin: Pin = serde_json::from_str("\"123456\"").unwrap();
        assert_eq!(pin.expose(), "123456");
        assert!(serde_json::from_str::<Secret>("7").is_err());
    }
}
