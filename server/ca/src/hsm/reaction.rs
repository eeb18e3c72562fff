//! What the pool does about an error met at work, by its class: one exhaustive match. Logins have a rule of their own
//! (`inkan_pki::pkcs11::pin_attempts`).

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

/// For everything but the login. Never an end: whoever asked may come again, with the same request.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_about_the_pin_ends_the_work() {
        for class in [
            ErrorClass::PinIncorrect,
            ErrorClass::PinLocked,
            ErrorClass::PinInvalid,
        ] {
            assert_eq!(to_work(class), Reaction::StayOut);
        }
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
