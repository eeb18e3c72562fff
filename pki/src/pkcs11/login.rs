//! Logs in: reads the token's flags, lets [`PinAttempts`] decide, sends the PIN and records the answer. The server, `inkan-hsm` and the
//! agent log in only this way.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::error::{ErrorClass, ErrorKind, LOGIN, LOGIN_OFFICER, Pkcs11Error};
use super::pin_attempts::{PinAnswer, PinAttempts, PinPermission, PinSender};
use super::pin_halt::PinHalt;
use super::pin_state::PinState;
pub use super::session::{LoginOutcome, PinOwner};
use super::session::{LoginState, Session};
use crate::secret::Pin;

/// A session in which [`log_in`] logs in: of this process, or of another one that has loaded the module.
pub trait LoginTarget {
    /// Who is logged in.
    ///
    /// # Errors
    /// As [`Session::login_state`].
    fn login_state(&self) -> Result<LoginState, Pkcs11Error>;

    /// The token's flags about the PIN of `owner`.
    ///
    /// # Errors
    /// `TokenLost` when the token cannot be read.
    fn pin_flags(&self, owner: PinOwner) -> Result<PinState, Pkcs11Error>;

    /// Sends a PIN, once. Only [`log_in`] calls this, or a process that was told to by one that called [`log_in`].
    ///
    /// # Errors
    /// The token's answer.
    fn send_pin(&self, owner: PinOwner, pin: &Pin) -> Result<LoginOutcome, Pkcs11Error>;

    /// Keeps the user's PIN for keys that require it for each use, if this kind of session does.
    fn keep_pin(&self, owner: PinOwner, pin: &Pin);
}

impl LoginTarget for Session {
    fn login_state(&self) -> Result<LoginState, Pkcs11Error> {
        Self::login_state(self)
    }

    fn pin_flags(&self, owner: PinOwner) -> Result<PinState, Pkcs11Error> {
        let token = self.token()?;
        if !token.readable {
            let kind = ErrorKind::TokenUnreadable;
            return Err(Pkcs11Error::new("read token", ErrorClass::TokenLost, kind));
        }
        Ok(match owner {
            PinOwner::User => token.pin,
            PinOwner::Officer => token.so_pin,
        })
    }

    fn send_pin(&self, owner: PinOwner, pin: &Pin) -> Result<LoginOutcome, Pkcs11Error> {
        Self::send_pin(self, owner, pin)
    }

    fn keep_pin(&self, owner: PinOwner, pin: &Pin) {
        Self::keep_pin(self, owner, pin);
    }
}

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
    session: &impl LoginTarget,
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
    let flags = session.pin_flags(owner).map_err(LoginError::NotSent)?;
    let (attempt, pin) = match lock(attempts).permission(now(), flags) {
        PinPermission::Send(attempt, pin) => (attempt, pin),
        PinPermission::Later(until) => return Err(LoginError::Later(until)),
        PinPermission::Halted(halt) => return Err(LoginError::Halted(halt)),
    };
    let result = session.send_pin(owner, &pin);
    let confirmed = matches!(result, Ok(LoginOutcome::AlreadyLoggedIn))
        && session.login_state().is_ok_and(|state| state == logged_in);
    let mut attempts = lock(attempts);
    match result {
        Ok(LoginOutcome::Accepted) => {
            attempts.answered(now(), attempt, PinAnswer::Accepted);
            session.keep_pin(owner, &pin);
            Ok(())
        }
        // Another session of this process was faster, and the PIN was not checked.
        Ok(LoginOutcome::AlreadyLoggedIn) if confirmed => {
            attempts.not_sent(attempt);
            session.keep_pin(owner, &pin);
            Ok(())
        }
        // The token contradicts itself: it may have counted the PIN.
        Ok(LoginOutcome::AlreadyLoggedIn) => {
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
