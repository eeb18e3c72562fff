//! Changes that a token takes from its security officer only.
//!
//! The login belongs to the whole process, so the user goes out, the officer comes in, and afterwards the user again.

use inkan_pki::pkcs11::Session;
use inkan_pki::pkcs11::error::ErrorClass;
use inkan_pki::secret::Pin;

use super::fault::token_error;
use crate::error::TokenError;
use crate::keystore::abilities::Admin;

/// Runs `change` as the security officer; the user is logged in again whatever became of it.
pub(super) fn as_officer<T>(
    session: &Session,
    what: Admin,
    secret: &Pin,
    user: Option<&Pin>,
    change: impl FnOnce(&Session) -> Result<T, TokenError>,
) -> Result<T, TokenError> {
    session.logout().map_err(|e| token_error(&e))?;
    let changed = log_in(session, what, secret).and_then(|()| change(session));
    let back = session.logout().and_then(|()| match user {
        Some(pin) => session.login(pin),
        None => Ok(()),
    });
    let value = changed?;
    back.map_err(|e| token_error(&e))?;
    Ok(value)
}

fn log_in(session: &Session, what: Admin, secret: &Pin) -> Result<(), TokenError> {
    session.login_so(secret).map_err(|error| match error.class {
        ErrorClass::PinIncorrect => TokenError::AdminWrong {
            what,
            tries_left: None,
        },
        ErrorClass::PinLocked => TokenError::AdminLocked,
        ErrorClass::PinInvalid | ErrorClass::Refused => TokenError::AdminUnusable { what },
        _ => token_error(&error),
    })
}
