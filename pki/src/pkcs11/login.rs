//! Sending a PIN: the token's flags are read, [`PinAttempts`] decides, and the answer is recorded. The one way by which
//! the server, `inkan-hsm` and the agent log in.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::error::{ErrorClass, ErrorKind, Pkcs11Error};
use super::pin_attempts::{PinAnswer, PinAttempts, PinHalt, PinPermission};
use super::session::{LOGIN, LOGIN_OFFICER, LoginState, Outcome, Session};

/// Whose PIN it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PinOwner {
    /// The token's user.
    User,
    /// The security officer.
    Officer,
}

/// Why nobody is logged in.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The PIN was not sent, and must not be before this time.
    #[error("the PIN is not sent again yet")]
    Later(Instant),
    /// The PIN was not sent, or will not be sent again, until a person has decided.
    #[error("{}", withheld(*.0))]
    Halted(PinHalt),
    /// The token failed before the PIN was sent.
    #[error(transparent)]
    NotSent(Pkcs11Error),
    /// The token's answer to the PIN.
    #[error(transparent)]
    Answered(Pkcs11Error),
}

impl LoginError {
    /// As an error of the token, for a caller to whom a PIN withheld is as good as refused.
    #[must_use]
    pub fn into_error(self, owner: PinOwner) -> Pkcs11Error {
        let operation = match owner {
            PinOwner::User => LOGIN,
            PinOwner::Officer => LOGIN_OFFICER,
        };
        match self {
            Self::NotSent(error) | Self::Answered(error) => error,
            Self::Later(_) => withheld_error(operation, PinHalt::Repeated),
            Self::Halted(halt) => withheld_error(operation, halt),
        }
    }
}

/// A PIN that was not sent, as an error.
pub(super) fn withheld_error(operation: &'static str, halt: PinHalt) -> Pkcs11Error {
    let class = match halt {
        PinHalt::Locked | PinHalt::FinalTry => ErrorClass::PinLocked,
        PinHalt::NotSet => ErrorClass::PinInvalid,
        PinHalt::Refused | PinHalt::NeverWorked | PinHalt::Counted | PinHalt::Repeated => {
            ErrorClass::PinIncorrect
        }
    };
    Pkcs11Error::new(operation, class, ErrorKind::PinWithheld(halt))
}

/// For logs and operators.
pub(super) const fn withheld(halt: PinHalt) -> &'static str {
    match halt {
        PinHalt::Refused => "the PIN was refused and is not sent again",
        PinHalt::NeverWorked => {
            "the PIN has never worked here, was sent once, and the answer does not tell whether it is right; it is not sent again"
        }
        PinHalt::Counted => {
            "the token's flags show that a PIN with an unclear answer was counted as a wrong try; it is not sent again"
        }
        PinHalt::Repeated => {
            "the token gave unclear answers to every attempt allowed; the PIN is not sent again"
        }
        PinHalt::FinalTry => "the token shows that one more wrong PIN locks it; no PIN is sent",
        PinHalt::Locked => "the token shows that the PIN is locked; no PIN is sent",
        PinHalt::NotSet => "the token shows that no PIN is set; no PIN is sent",
    }
}

/// Logs in as far as `attempts` allow. Success also when already logged in, without sending anything. `now` is asked for the
/// time before and after the call.
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
            session.keep_pin(owner, lock(attempts).pin());
            return Ok(());
        }
        // A session that gives no sign of life is not sent a PIN.
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
        // Another session of this process was faster, and nobody has looked at the PIN.
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

/// A panic while this was held leaves it whole: each change is one assignment.
fn lock(attempts: &Mutex<PinAttempts>) -> MutexGuard<'_, PinAttempts> {
    attempts.lock().unwrap_or_else(PoisonError::into_inner)
}
