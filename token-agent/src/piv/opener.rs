//! What opens the card for its owner: the PIN, kept as long as the card is open to be sent again after another program has
//! reset the card; or the reader's keypad, where nothing is kept and nobody is asked twice.

use std::cell::RefCell;
use std::time::Instant;

use inkan_pki::pkcs11::PinState;
use inkan_pki::pkcs11::pin_attempts::{
    PinAnswer, PinAttempts, PinHalt, PinPermission, PinProvided, PinSender,
};
use inkan_pki::secret::Pin;

use super::error::PivError;
use super::keypad::Keypad;
use super::pin::{self, Tries};
use super::session::Session;

/// What the card took.
#[derive(Debug)]
pub(super) enum Opener {
    /// The PIN, and what was tried with it: one with an unclear answer is not sent again.
    Pin(Box<RefCell<PinAttempts>>),
    /// The person, at the keypad.
    Keypad(Keypad),
}

impl Opener {
    /// A PIN that a person gave.
    pub(super) fn pin(pin: &Pin) -> Self {
        let attempts = PinAttempts::new(PinSender::Person, false, pin.clone());
        Self::Pin(Box::new(RefCell::new(attempts)))
    }

    /// The same PIN or another, given by a person.
    pub(super) fn provide(&self, pin: &Pin) -> Result<(), PivError> {
        let Self::Pin(attempts) = self else {
            return Ok(());
        };
        match attempts.borrow_mut().provide(pin.clone()) {
            PinProvided::Taken => Ok(()),
            PinProvided::Withheld(halt) => Err(PivError::PinWithheld(halt)),
        }
    }

    /// Proves it to the card: sends the PIN, or has it entered.
    pub(super) fn verify(&self, session: &Session<'_>) -> Result<(), PivError> {
        let attempts = match self {
            Self::Pin(attempts) => attempts,
            Self::Keypad(keypad) => return keypad.verify(session),
        };
        let flags = flags(pin::tries(session)?);
        let (attempt, pin) = match attempts.borrow_mut().permission(Instant::now(), flags) {
            PinPermission::Send(attempt, pin) => (attempt, pin),
            PinPermission::Halted(PinHalt::Locked) => return Err(PivError::PinBlocked),
            PinPermission::Halted(halt) => return Err(PivError::PinWithheld(halt)),
            // Nothing waits where a person decides.
            PinPermission::Later(_) => return Err(PivError::PinNeeded),
        };
        let verified = pin::verify(session, &pin);
        let mut attempts = attempts.borrow_mut();
        let answer = match &verified {
            Ok(()) => PinAnswer::Accepted,
            Err(PivError::PinShape(_)) => {
                attempts.not_sent(attempt);
                return verified;
            }
            Err(PivError::PinWrong { .. } | PivError::PinBlocked) => PinAnswer::Refused,
            Err(_) => PinAnswer::Unclear,
        };
        attempts.answered(Instant::now(), attempt, answer);
        verified
    }
}

/// What the card's counter says, in the words of PKCS#11.
fn flags(tries: Tries) -> PinState {
    match (tries.left, tries.all) {
        (Some(0), _) => PinState::Locked,
        (Some(1), _) => PinState::FinalTry,
        (Some(left), Some(all)) if left < all => PinState::CountLow,
        (Some(_) | None, _) => PinState::Unknown,
    }
}
