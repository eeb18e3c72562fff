//! Maps PKCS#11 errors to token errors.

use inkan_pki::pkcs11::error::{ErrorClass, ErrorKind, Pkcs11Error};
use inkan_pki::pkcs11::pin_attempts::PinHalt;

use crate::error::TokenError;

/// The token error. An incorrect PIN has no counter here; the store adds it.
#[must_use]
pub fn token_error(error: &Pkcs11Error) -> TokenError {
    if let ErrorKind::UnsafeKey { .. } = *error.kind {
        return TokenError::Extractable;
    }
    if matches!(*error.kind, ErrorKind::PinNeeded) {
        return TokenError::PinNeeded;
    }
    if let ErrorKind::PinWithheld(
        PinHalt::NeverWorked | PinHalt::Counted | PinHalt::Repeated | PinHalt::FinalTry,
    ) = *error.kind
    {
        return TokenError::Failed {
            operation: error.operation.to_owned(),
            detail: error.kind.to_string(),
        };
    }
    match error.class {
        ErrorClass::PinIncorrect => TokenError::PinWrong {
            last_try: false,
            tries_left: None,
        },
        ErrorClass::PinLocked => TokenError::PinLocked,
        ErrorClass::PinInvalid => TokenError::PinUnusable,
        ErrorClass::SessionLost | ErrorClass::TokenLost | ErrorClass::LibraryLost => {
            TokenError::Removed
        }
        ErrorClass::DeviceFull => TokenError::Full,
        ErrorClass::WriteProtected => TokenError::WriteProtected,
        ErrorClass::Cancelled => TokenError::Cancelled,
        ErrorClass::NotLoggedIn => TokenError::LoginLost,
        ErrorClass::AlreadyLoggedIn
        | ErrorClass::DeviceFault
        | ErrorClass::Busy
        | ErrorClass::Unsupported
        | ErrorClass::NotFound
        | ErrorClass::Ambiguous
        | ErrorClass::Untrustworthy
        | ErrorClass::Refused => TokenError::Failed {
            operation: error.operation.to_owned(),
            detail: error.kind.to_string(),
        },
    }
}
