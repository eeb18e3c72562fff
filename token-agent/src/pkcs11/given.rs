//! PINs that a person gave, with what was tried with them: kept as long as the token is open.

use std::sync::{Mutex, PoisonError};

use inkan_pki::pkcs11::login::LoginError;
use inkan_pki::pkcs11::pin_attempts::{PinAttempts, PinHalt, PinProvided, PinSender};
use inkan_pki::secret::Pin;

/// The attempts with a PIN that a person has just given. The same one is not sent twice unless it has worked.
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

/// One that has worked, and may be sent again by itself.
pub(super) fn usable(kept: Option<&Mutex<PinAttempts>>) -> Option<&Mutex<PinAttempts>> {
    kept.filter(|attempts| {
        let (proven, halt) = stands(attempts);
        proven && halt.is_none()
    })
}

/// One that may be sent.
pub(super) fn sendable(kept: Option<&Mutex<PinAttempts>>) -> Option<&Mutex<PinAttempts>> {
    kept.filter(|attempts| stands(attempts).1.is_none())
}

fn stands(attempts: &Mutex<PinAttempts>) -> (bool, Option<PinHalt>) {
    let attempts = attempts.lock().unwrap_or_else(PoisonError::into_inner);
    (attempts.is_proven(), attempts.halt())
}
