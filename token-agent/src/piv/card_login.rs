//! How the card is unlocked: with the PIN, which is kept while the card is open and resent after another program has
//! reset the card; or on the reader's keypad, where nothing is kept and the user is asked once.

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

/// The accepted login.
#[derive(Debug)]
pub(super) enum CardLogin {
    /// The PIN and its attempts: one with an unclear response is not sent again.
    Pin(Box<RefCell<PinAttempts>>),
    /// The user at the keypad.
    Keypad(Keypad),
}

impl CardLogin {
    /// A PIN entered by the user.
    pub(super) fn pin(pin: &Pin) -> Self {
        let attempts = PinAttempts::new(PinSender::Person, false, pin.clone());
        Self::Pin(Box::new(RefCell::new(attempts)))
    }

    /// The same PIN or another, entered by the user.
    pub(super) fn provide(&self, pin: &Pin) -> Result<(), PivError> {
        let Self::Pin(attempts) = self else {
            return Ok(());
        };
        match attempts.borrow_mut().provide(pin.clone()) {
            PinProvided::Taken => Ok(()),
            PinProvided::Withheld(halt) => Err(PivError::PinWithheld(halt)),
        }
    }

    /// Verifies the PIN with the card: sends it, or has it entered.
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
            // Nothing waits where a user decides.
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

/// The card's counter as PKCS#11 flags.
fn flags(tries: Tries) -> PinState {
    match (tries.left, tries.all) {
        (Some(0), _) => PinState::Locked,
        (Some(1), _) => PinState::FinalTry,
        (Some(left), Some(all)) if left < all => PinState::CountLow,
        (Some(_) | None, _) => PinState::Unknown,
    }
}
