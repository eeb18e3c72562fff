//! Why a PIN was not changed, without prose.

use thiserror::Error;

use crate::apply::ApplyError;
use crate::pin_source::PinError;

/// Why a PIN was not changed. Sentences are in [`catalogue::pin_change`](crate::catalogue::pin_change).
#[derive(Debug, Error)]
#[error("{:?}", self)]
pub enum PinChangeError {
    /// The specification has no token of that id; with its tokens.
    UnknownToken(String, Vec<String>),
    /// The ceremony is not complete.
    Incomplete,
    /// The PIN of the token with this id is shared among officers: nobody may know it.
    Shared(String),
    /// The new PIN could not be read.
    NewPin(PinError),
    /// The new PIN is the old one.
    Same,
    /// The token with this label accepts PINs of so many bytes.
    Length {
        /// Label.
        label: String,
        /// Shortest.
        shortest: usize,
        /// Longest.
        longest: usize,
    },
    /// The PIN of the token with this label is entered at its reader.
    PinPad(String),
    /// The token's answer was unclear, or it refused the new PIN afterwards: either PIN may be valid.
    Unclear(ApplyError),
    /// Anything else; the old PIN is valid.
    Apply(#[from] ApplyError),
}

impl PinChangeError {
    /// Whether it is about a PIN.
    #[must_use]
    pub fn is_pin(&self) -> bool {
        match self {
            Self::NewPin(_) | Self::Same | Self::Length { .. } | Self::Unclear(_) => true,
            Self::Apply(error) => error.is_pin(),
            Self::UnknownToken(..) | Self::Incomplete | Self::Shared(_) | Self::PinPad(_) => false,
        }
    }
}
