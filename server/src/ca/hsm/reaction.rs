//! What the pool does about an error, by its class. Two exhaustive matches: one for work, one for the login.

use inkan_pki::pkcs11::ErrorClass;

/// What to do about an error met while working with a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reaction {
    /// The HSM has answered: tell the caller, the session is good.
    Answer,
    /// The same session may succeed in a moment.
    Pause,
    /// The sessions, the login or the library are gone: leave, open anew, try once more.
    Recover,
    /// It was about the PIN: leave and stay out.
    StayOut,
}

/// For everything but the login.
pub(super) fn to_work(class: ErrorClass) -> Reaction {
    use ErrorClass as C;
    match class {
        C::PinIncorrect | C::PinLocked | C::PinInvalid => Reaction::StayOut,
        // A key that was there at the login and is not found now is a private object nobody is logged in for.
        C::NotLoggedIn
        | C::SessionLost
        | C::TokenLost
        | C::LibraryLost
        | C::DeviceFault
        | C::NotFound => Reaction::Recover,
        C::Busy => Reaction::Pause,
        C::AlreadyLoggedIn
        | C::Unsupported
        | C::Ambiguous
        | C::DeviceFull
        | C::WriteProtected
        | C::Cancelled
        | C::Untrustworthy
        | C::Refused => Reaction::Answer,
    }
}

/// What is known about the PIN when a login fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LoginFailure {
    pub(super) class: ErrorClass,
    /// The code is the vendor's own, or unknown: it may well mean a wrong PIN.
    pub(super) vendor_code: bool,
    /// This PIN has logged in before in this process.
    pub(super) proven: bool,
}

/// For a failed login: true when no further attempt may be made with this PIN.
pub(super) fn ends_logins(failure: LoginFailure) -> bool {
    use ErrorClass as C;
    match failure.class {
        C::PinIncorrect | C::PinLocked | C::PinInvalid => true,
        // The token says nothing about the PIN, or something of its own: a proven PIN may try again later,
        // one that may be wrong must not.
        C::DeviceFault => failure.vendor_code && !failure.proven,
        C::Unsupported | C::WriteProtected | C::Cancelled | C::Untrustworthy | C::Refused => {
            !failure.proven
        }
        // The login did not get as far as the PIN.
        C::NotLoggedIn
        | C::AlreadyLoggedIn
        | C::SessionLost
        | C::TokenLost
        | C::LibraryLost
        | C::Busy
        | C::NotFound
        | C::Ambiguous
        | C::DeviceFull => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_error_always_ends_the_logins() {
        for class in [
            ErrorClass::PinIncorrect,
            ErrorClass::PinLocked,
            ErrorClass::PinInvalid,
        ] {
            assert_eq!(to_work(class), Reaction::StayOut);
            for proven in [false, true] {
                assert!(ends_logins(LoginFailure {
                    class,
                    vendor_code: false,
                    proven
                }));
            }
        }
    }

    #[test]
    fn an_unclear_answer_ends_them_only_for_a_pin_that_never_worked() {
        let failure = |proven| LoginFailure {
            class: ErrorClass::DeviceFault,
            vendor_code: true,
            proven,
        };
        assert!(ends_logins(failure(false)));
        assert!(!ends_logins(failure(true)));
        let away = LoginFailure {
            class: ErrorClass::TokenLost,
            vendor_code: false,
            proven: false,
        };
        assert!(!ends_logins(away));
    }

    #[test]
    fn what_needs_a_new_session_recovers() {
        for class in [
            ErrorClass::SessionLost,
            ErrorClass::TokenLost,
            ErrorClass::LibraryLost,
            ErrorClass::DeviceFault,
            ErrorClass::NotLoggedIn,
        ] {
            assert_eq!(to_work(class), Reaction::Recover, "{class:?}");
        }
    }
}
