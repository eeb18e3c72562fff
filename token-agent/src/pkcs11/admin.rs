//! Changes that a token permits its security officer only.
//!
//! The login state belongs to the whole process: the user is logged out, the officer logged in, and afterwards the user
//! again.

use std::sync::Mutex;
use std::time::Instant;

use inkan_pki::pkcs11::Session;
use inkan_pki::pkcs11::error::{ErrorClass, ErrorKind};
use inkan_pki::pkcs11::login::{self, PinOwner};
use inkan_pki::pkcs11::pin_attempts::{PinAttempts, PinHalt};

use super::fault::token_error;
use crate::error::TokenError;
use crate::keystore::capabilities::Admin;

/// Runs `change` as the security officer. The user is logged in again whatever the result. A PIN with an unclear
/// response is not sent again.
pub(super) fn as_officer<T>(
    session: &Session,
    what: Admin,
    officer: &Mutex<PinAttempts>,
    user: Option<&Mutex<PinAttempts>>,
    change: impl FnOnce(&Session) -> Result<T, TokenError>,
) -> Result<T, TokenError> {
    session.logout().map_err(|e| token_error(&e))?;
    let changed = log_in(session, what, officer).and_then(|()| change(session));
    let back = session.logout().and_then(|()| match user {
        Some(user) => {
            let back = login::log_in(session, user, PinOwner::User, Instant::now);
            back.map_err(|e| e.into_error(PinOwner::User))
        }
        None => Ok(()),
    });
    let value = changed?;
    back.map_err(|e| token_error(&e))?;
    Ok(value)
}

fn log_in(session: &Session, what: Admin, officer: &Mutex<PinAttempts>) -> Result<(), TokenError> {
    let logged_in = login::log_in(session, officer, PinOwner::Officer, Instant::now);
    let error = match logged_in {
        Ok(()) => return Ok(()),
        Err(error) => error.into_error(PinOwner::Officer),
    };
    Err(match (error.class, &*error.kind) {
        // It is not resent automatically, but the user may enter it again.
        (
            _,
            ErrorKind::PinWithheld(PinHalt::NeverWorked | PinHalt::Counted | PinHalt::Repeated),
        ) => token_error(&error),
        (ErrorClass::PinIncorrect, _) => TokenError::AdminWrong {
            what,
            tries_left: None,
        },
        (ErrorClass::PinLocked, _) => TokenError::AdminLocked,
        (ErrorClass::PinInvalid | ErrorClass::Refused, _) => TokenError::AdminUnusable { what },
        _ => token_error(&error),
    })
}
