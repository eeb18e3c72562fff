//! Logs in: reads the token's flags, lets [`PinAttempts`] decide, sends the PIN and records the answer. The server, `inkan-hsm` and the
//! agent log in only this way.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::error::{ErrorClass, ErrorKind, LOGIN, LOGIN_OFFICER, Pkcs11Error};
use super::pin_attempts::{PinAnswer, PinAttempts, PinPermission, PinSender};
use super::pin_halt::PinHalt;
pub use super::session::PinOwner;
use super::session::{LoginState, Outcome, Session};
use crate::secret::Pin;

/// Why a login failed.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The PIN was not sent, and must not be sent before this time.
    #[error("the PIN is not sent again yet")]
    Later(Instant),
    /// The PIN was not sent, or will not be sent again, until a person has decided.
    #[error("{0}")]
    Halted(PinHalt),
    /// The token failed before the PIN was sent.
    #[error(transparent)]
    NotSent(Pkcs11Error),
    /// The token's answer to the PIN.
    #[error(transparent)]
    Answered(Pkcs11Error),
}

impl LoginError {
    /// As an error of the token, for a caller that treats a withheld PIN like a refused one.
    #[must_use]
    pub fn into_error(self, owner: PinOwner) -> Pkcs11Error {
        let operation = match owner {
            PinOwner::User => LOGIN,
            PinOwner::Officer => LOGIN_OFFICER,
        };
        match self {
            Self::NotSent(error) | Self::Answered(error) => error,
            Self::Later(_) => Pkcs11Error::pin_withheld(operation, PinHalt::Repeated),
            Self::Halted(halt) => Pkcs11Error::pin_withheld(operation, halt),
        }
    }
}

/// Logs in if `attempts` permit it. Succeeds without sending anything when already logged in. `now` returns the time; it is called
/// before and after the PIN is sent.
///
/// # Errors
/// [`LoginError`].
pub fn log_in(
    session: &Session,
    attempts: &Mutex<PinAttempts>,
    owner: PinOwner,
    now: impl Fn() -> Instant,
) -> Result<(), LoginError> {
    let logged_in = match owner {
        PinOwner::User => LoginState::User,
        PinOwner::Officer => LoginState::SecurityOfficer,
    };
    match session.login_state() {
        Ok(state) if state == logged_in => {
            if let Some(pin) = lock(attempts).pin() {
                session.keep_pin(owner, pin);
            }
            return Ok(());
        }
        // No PIN is sent in a session that is not alive.
        Err(error) if error.class.reopen_session() => return Err(LoginError::NotSent(error)),
        Ok(_) | Err(_) => {}
    }
    let token = session.token().map_err(LoginError::NotSent)?;
    if !token.readable {
        let kind = ErrorKind::TokenUnreadable;
        let error = Pkcs11Error::new("read token", ErrorClass::TokenLost, kind);
        return Err(LoginError::NotSent(error));
    }
    let flags = match owner {
        PinOwner::User => token.pin,
        PinOwner::Officer => token.so_pin,
    };
    let (attempt, pin) = match lock(attempts).permission(now(), flags) {
        PinPermission::Send(attempt, pin) => (attempt, pin),
        PinPermission::Later(until) => return Err(LoginError::Later(until)),
        PinPermission::Halted(halt) => return Err(LoginError::Halted(halt)),
    };
    let result = session.send_pin(owner, &pin);
    let confirmed = matches!(result, Ok(Outcome::AlreadyLoggedIn))
        && session.login_state().is_ok_and(|state| state == logged_in);
    let mut attempts = lock(attempts);
    match result {
        Ok(Outcome::Accepted) => {
            attempts.answered(now(), attempt, PinAnswer::Accepted);
            session.keep_pin(owner, &pin);
            Ok(())
        }
        // Another session of this process was faster, and the PIN was not checked.
        Ok(Outcome::AlreadyLoggedIn) if confirmed => {
            attempts.not_sent(attempt);
            session.keep_pin(owner, &pin);
            Ok(())
        }
        // The token contradicts itself: it may have counted the PIN.
        Ok(Outcome::AlreadyLoggedIn) => {
            attempts.answered(now(), attempt, PinAnswer::Unclear);
            session.keep_pin(owner, &pin);
            Ok(())
        }
        Err(error) if !error.reached_module() => {
            attempts.not_sent(attempt);
            Err(LoginError::NotSent(error))
        }
        Err(error) => {
            let answer = if error.class.is_pin() {
                PinAnswer::Refused
            } else {
                PinAnswer::Unclear
            };
            attempts.answered(now(), attempt, answer);
            Err(LoginError::Answered(error))
        }
    }
}

/// Logs in with a PIN that this process has not sent before and will not send again, as a command does that logs in once.
///
/// # Errors
/// The token's answer, or why nothing was sent.
pub fn log_in_once(session: &Session, owner: PinOwner, pin: &Pin) -> Result<(), Pkcs11Error> {
    let attempts = PinAttempts::new(PinSender::Command, false, pin.clone());
    log_in(session, &Mutex::new(attempts), owner, Instant::now)
        .map_err(|error| error.into_error(owner))
}

/// A panic while this was held leaves it whole: each change is one assignment.
fn lock(attempts: &Mutex<PinAttempts>) -> MutexGuard<'_, PinAttempts> {
    attempts.lock().unwrap_or_else(PoisonError::into_inner)
}
