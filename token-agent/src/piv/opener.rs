//! What opens the card for its owner: the PIN, kept as long as the card is open to be sent again after another program has
//! reset the card; or the reader's keypad, where nothing is kept and nobody is asked twice.

use inkan_pki::secret::Pin;

use super::error::PivError;
use super::keypad::Keypad;
use super::pin;
use super::session::Session;

/// What the card took.
#[derive(Debug, Clone)]
pub(super) enum Opener {
    /// The PIN.
    Pin(Pin),
    /// The person, at the keypad.
    Keypad(Keypad),
}

impl Opener {
    /// Proves it to the card: sends the PIN, or has it entered.
    pub(super) fn verify(&self, session: &Session<'_>) -> Result<(), PivError> {
        match self {
            Self::Pin(pin) => pin::verify(session, pin),
            Self::Keypad(keypad) => keypad.verify(session),
        }
    }
}
