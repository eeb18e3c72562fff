//! What a return value means for whoever called: the one place that decides what is worth doing next.
//!
//! Every `CKR_*` is named below; there is no wildcard, so a value new in the binding does not compile until placed.

use cryptoki::error::RvError;

/// What a failure means for the caller, whatever the token called it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorClass {
    /// The PIN was wrong. One try is gone; never try the same PIN again.
    PinIncorrect,
    /// The PIN is blocked by too many wrong tries.
    PinLocked,
    /// The PIN cannot be used as it is: wrong length or characters, expired, too weak, not set yet.
    PinInvalid,
    /// Nobody is logged in, although somebody must be (another program can log us out).
    NotLoggedIn,
    /// Already logged in. [`Session::login`](super::session::Session::login) turns it into success.
    AlreadyLoggedIn,
    /// This session, or a handle or operation within it, is gone. A new session helps.
    SessionLost,
    /// The token or its connection is gone. New sessions help when it comes back; some modules must be re-initialised
    /// before they see it again.
    TokenLost,
    /// The library has forgotten that it was initialised.
    LibraryLost,
    /// The device failed without saying why. A new session and one more try are worth it.
    DeviceFault,
    /// No resources just now: sessions used up, calls under way, another user logged in. Later.
    Busy,
    /// The token or library cannot do this at all.
    Unsupported,
    /// The thing looked for (module, token, key, certificate) is not there.
    NotFound,
    /// There is more than one, or already one: choosing or overwriting would be a guess.
    Ambiguous,
    /// The token is full.
    DeviceFull,
    /// The token, or this session, may not be written to.
    WriteProtected,
    /// The user refused, at the reader's keypad or at the token.
    Cancelled,
    /// The token gave something that cannot be right: a key that can leave it, a malformed point or signature.
    Untrustworthy,
    /// Refused for good: bad arguments, policy, template.
    Refused,
}

impl ErrorClass {
    /// True when a new session (and login, and looking the key up again) is what helps.
    #[must_use]
    pub const fn reopen_session(self) -> bool {
        matches!(
            self,
            Self::SessionLost | Self::TokenLost | Self::LibraryLost | Self::DeviceFault
        )
    }

    /// True when the library must be re-initialised first. For [`ErrorClass::TokenLost`] try a new session before that:
    /// re-initialising ends every session of the process with this module.
    #[must_use]
    pub const fn reinitialise(self) -> bool {
        matches!(self, Self::TokenLost | Self::LibraryLost)
    }

    /// True when the same call may succeed after the remedy. Never true for anything about a PIN.
    #[must_use]
    pub const fn retry_ok(self) -> bool {
        matches!(
            self,
            Self::NotLoggedIn
                | Self::SessionLost
                | Self::TokenLost
                | Self::LibraryLost
                | Self::DeviceFault
                | Self::Busy
        )
    }

    /// True for everything that says the PIN given was not good. Stop and ask; never send it again.
    #[must_use]
    pub const fn is_pin(self) -> bool {
        matches!(
            self,
            Self::PinIncorrect | Self::PinLocked | Self::PinInvalid
        )
    }
}

/// Classes a PKCS#11 return value (PKCS#11 3.1, section 3.6 and 5.1).
#[must_use]
pub const fn classify(code: RvError) -> ErrorClass {
    use ErrorClass as C;
    use RvError as R;
    match code {
        R::PinIncorrect => C::PinIncorrect,
        R::PinLocked => C::PinLocked,
        R::PinInvalid
        | R::PinLenRange
        | R::PinExpired
        | R::PinTooWeak
        | R::UserPinNotInitialized
        | R::NewPinMode
        | R::NextOtp => C::PinInvalid,

        R::UserNotLoggedIn => C::NotLoggedIn,
        R::UserAlreadyLoggedIn => C::AlreadyLoggedIn,

        // An operation that is active or missing means this session is out of step: a fresh one is not.
        // Handles die with the session or with a restart of the HSM behind it.
        R::SessionClosed
        | R::SessionHandleInvalid
        | R::OperationActive
        | R::OperationNotInitialized
        | R::KeyHandleInvalid
        | R::ObjectHandleInvalid => C::SessionLost,

        R::DeviceRemoved | R::TokenNotPresent | R::TokenNotRecognized | R::SlotIdInvalid => {
            C::TokenLost
        }

        R::CryptokiNotInitialized | R::MutexBad | R::MutexNotLocked => C::LibraryLost,

        // Vendors report broken connections by codes of their own; unknown codes get the same benefit.
        R::DeviceError
        | R::GeneralError
        | R::FunctionFailed
        | R::HostMemory
        | R::ExceededMaxIterations
        | R::VendorDefined(_)
        | R::UnknownErrorCode(_) => C::DeviceFault,

        R::SessionCount
        | R::SessionExists
        | R::SessionReadOnlyExists
        | R::SessionReadWriteSoExists
        | R::UserAnotherAlreadyLoggedIn
        | R::UserTooManyTypes
        | R::NoEvent => C::Busy,

        R::DeviceMemory => C::DeviceFull,
        R::SessionReadOnly | R::TokenWriteProtected => C::WriteProtected,
        R::Cancel | R::FunctionCanceled | R::FunctionRejected => C::Cancelled,

        R::FunctionNotSupported
        | R::FunctionNotParallel
        | R::SessionParallelNotSupported
        | R::MechanismInvalid
        | R::MechanismParamInvalid
        | R::CurveNotSupported
        | R::DomainParamsInvalid
        | R::KeySizeRange
        | R::UserTypeInvalid
        | R::NeedToCreateThreads
        | R::CantLock
        | R::RandomSeedNotSupported
        | R::RandomNoRng
        | R::StateUnsaveable
        | R::LibraryLoadFailed => C::Unsupported,

        R::SignatureInvalid
        | R::SignatureLenRange
        | R::PublicKeyInvalid
        | R::FipsSelfTestFailed => C::Untrustworthy,

        R::ArgumentsBad
        | R::AttributeReadOnly
        | R::AttributeSensitive
        | R::AttributeTypeInvalid
        | R::AttributeValueInvalid
        | R::ActionProhibited
        | R::DataInvalid
        | R::DataLenRange
        | R::EncryptedDataInvalid
        | R::EncryptedDataLenRange
        | R::KeyTypeInconsistent
        | R::KeyNotNeeded
        | R::KeyChanged
        | R::KeyNeeded
        | R::KeyIndigestible
        | R::KeyFunctionNotPermitted
        | R::KeyNotWrappable
        | R::KeyUnextractable
        | R::TemplateIncomplete
        | R::TemplateInconsistent
        | R::UnwrappingKeyHandleInvalid
        | R::UnwrappingKeySizeRange
        | R::UnwrappingKeyTypeInconsistent
        | R::WrappedKeyInvalid
        | R::WrappedKeyLenRange
        | R::WrappingKeyHandleInvalid
        | R::WrappingKeySizeRange
        | R::WrappingKeyTypeInconsistent
        | R::BufferTooSmall
        | R::SavedStateInvalid
        | R::InformationSensitive
        | R::CryptokiAlreadyInitialized => C::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIN_CODES: [RvError; 7] = [
        RvError::PinIncorrect,
        RvError::PinInvalid,
        RvError::PinLenRange,
        RvError::PinExpired,
        RvError::PinLocked,
        RvError::PinTooWeak,
        RvError::UserPinNotInitialized,
    ];

    #[test]
    fn nothing_about_a_pin_is_ever_retried() {
        for code in PIN_CODES {
            let class = classify(code);
            assert!(class.is_pin(), "{code:?}");
            assert!(!class.retry_ok() && !class.reopen_session() && !class.reinitialise());
        }
    }

    #[test]
    fn a_restarted_hsm_is_recovered_from() {
        for code in [
            RvError::DeviceError,
            RvError::SessionHandleInvalid,
            RvError::TokenNotPresent,
            RvError::CryptokiNotInitialized,
            RvError::VendorDefined(0x8000_0123),
        ] {
            assert!(classify(code).reopen_session(), "{code:?}");
            assert!(classify(code).retry_ok(), "{code:?}");
        }
        assert!(classify(RvError::CryptokiNotInitialized).reinitialise());
        assert!(!classify(RvError::SessionHandleInvalid).reinitialise());
    }

    #[test]
    fn permanent_refusals_are_not_retried() {
        for code in [
            RvError::MechanismInvalid,
            RvError::TemplateInconsistent,
            RvError::DeviceMemory,
            RvError::TokenWriteProtected,
            RvError::FunctionCanceled,
        ] {
            assert!(!classify(code).retry_ok(), "{code:?}");
        }
    }
}
