//! Identifiers that need no escaping in an `inkan:` link.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Longest identifier, in characters.
pub const MAX_IDENTIFIER: usize = 64;

/// 1 to 64 of `A–Z a–z 0–9 _ -`: safe in a URL, a file name and a log line.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Identifier(String);

/// Why a text is not an [`Identifier`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdentifierError {
    /// No character at all.
    #[error("identifier is empty")]
    Empty,
    /// More than [`MAX_IDENTIFIER`] bytes.
    #[error("identifier is longer than {MAX_IDENTIFIER} characters")]
    TooLong,
    /// A character outside the set.
    #[error("identifier has a character other than A-Z a-z 0-9 _ -")]
    BadCharacter,
}

impl Identifier {
    /// Checks the text.
    ///
    /// # Errors
    /// [`IdentifierError`] names the violated rule.
    pub fn new(text: impl Into<String>) -> Result<Self, IdentifierError> {
        let text = text.into();
        if text.is_empty() {
            return Err(IdentifierError::Empty);
        }
        if text.len() > MAX_IDENTIFIER {
            return Err(IdentifierError::TooLong);
        }
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        if !text.bytes().all(allowed) {
            return Err(IdentifierError::BadCharacter);
        }
        Ok(Self(text))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Identifier {
    type Err = IdentifierError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

impl TryFrom<String> for Identifier {
    type Error = IdentifierError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::new(text)
    }
}

impl From<Identifier> for String {
    fn from(id: Identifier) -> Self {
        id.0
    }
}
