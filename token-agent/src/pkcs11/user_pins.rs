//! PINs entered by the user, with their attempts. They are kept while the token is open.

use std::sync::{Mutex, PoisonError};

use inkan_pki::pkcs11::login::LoginError;
use inkan_pki::pkcs11::pin_attempts::{PinAttempts, PinHalt, PinProvided, PinSender};
use inkan_pki::secret::Pin;

/// The attempts of a PIN that the user has just entered. The same PIN is not sent twice unless it was accepted.
pub(super) fn provided<'a>(
    kept: &'a mut Option<Mutex<PinAttempts>>,
    pin: &Pin,
) -> Result<&'a Mutex<PinAttempts>, LoginError> {
    let fresh = || Mutex::new(PinAttempts::new(PinSender::Person, false, pin.clone()));
    let attempts = kept.get_or_insert_with(fresh);
    let known = attempts.get_mut().unwrap_or_else(PoisonError::into_inner);
    match known.provide(pin.clone()) {
        PinProvided::Taken => Ok(attempts),
        PinProvided::Withheld(halt) => Err(LoginError::Halted(halt)),
    }
}

/// A PIN that was accepted and may be resent automatically.
pub(super) fn usable(kept: Option<&Mutex<PinAttempts>>) -> Option<&Mutex<PinAttempts>> {
    kept.filter(|attempts| {
        let (proven, halt) = status_of(attempts);
        proven && halt.is_none()
    })
}

/// A PIN that may be sent.
pub(super) fn sendable(kept: Option<&Mutex<PinAttempts>>) -> Option<&Mutex<PinAttempts>> {
    kept.filter(|attempts| status_of(attempts).1.is_none())
}

fn status_of(attempts: &Mutex<PinAttempts>) -> (bool, Option<PinHalt>) {
    let attempts = attempts.lock().unwrap_or_else(PoisonError::into_inner);
    (attempts.is_proven(), attempts.halt())
}
