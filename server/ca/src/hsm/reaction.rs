//! How the pool reacts to an error during its work, by class: one exhaustive match. Logins have a separate rule
//! (`inkan_pki::pkcs11::pin_attempts`).

use inkan_pki::pkcs11::ErrorClass;

/// Reaction to an error during work with a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reaction {
    /// The HSM has answered: report it to the caller, keep the session.
    Answer,
    /// The same session may succeed a moment later.
    Pause,
    /// The sessions, the login or the library are gone: leave, open new ones, try once more.
    Recover,
    /// The PIN was refused: leave and stay out.
    StayOut,
}

/// For everything but the login. Never final: the caller may try again, with the same request.
pub(super) fn to_work(class: ErrorClass) -> Reaction {
    use ErrorClass as C;
    match class {
        C::PinIncorrect | C::PinLocked | C::PinInvalid => Reaction::StayOut,
        // A key that was found at the login and is missing now is a private object without a login.
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
