//! What a return value means for the caller: the one place that decides about the remedy.
//!
//! Every `CKR_*` is named below; there is no wildcard, so a new value in the binding does not compile until it is classified.

use cryptoki::error::RvError;
use serde::{Deserialize, Serialize};

/// What a failure means for the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ErrorClass {
    /// The PIN was incorrect. One try is used; never send the same PIN again.
    PinIncorrect,
    /// The PIN is locked after too many wrong tries.
    PinLocked,
    /// The PIN cannot be used: wrong length or characters, expired, too weak, not set yet.
    PinInvalid,
    /// A login is required (another program may have logged out).
    NotLoggedIn,
    /// Already logged in. A login treats it as success.
    AlreadyLoggedIn,
    /// This session, or a handle or operation in it, is lost. A new session helps.
    SessionLost,
    /// The token or its connection is lost. New sessions help when it is back; some modules must be re-initialised first.
    TokenLost,
    /// The library is no longer initialised.
    LibraryLost,
    /// The device failed for an unknown reason. A new session and one retry are worthwhile.
    DeviceFault,
    /// No resources at the moment: no free sessions, calls in progress, another user logged in. Retry later.
    Busy,
    /// The token or library does not support this.
    Unsupported,
    /// The module, token, key or certificate does not exist.
    NotFound,
    /// More than one matches, or one exists already: choosing or overwriting would be a guess.
    Ambiguous,
    /// The token is full.
    DeviceFull,
    /// The token is write-protected, or the session read-only.
    WriteProtected,
    /// The user cancelled, at the PIN pad or at the token.
    Cancelled,
    /// The token returned something that cannot be correct: an extractable key, a malformed point or signature.
    Untrustworthy,
    /// Refused permanently: bad arguments, policy, template.
    Refused,
}

impl ErrorClass {
    /// True when a new session helps (with a new login, and finding the key again).
    #[must_use]
    pub const fn reopen_session(self) -> bool {
        matches!(
            self,
            Self::SessionLost | Self::TokenLost | Self::LibraryLost | Self::DeviceFault
        )
    }

    /// True when the library must be re-initialised. For [`ErrorClass::TokenLost`] try a new session first: re-initialising ends every
    /// session of the process with this module.
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

    /// True when the PIN was not accepted. Stop and ask for another; never send it again.
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

        // An operation that is active or missing means that this session is out of step; a new one is not.
        // Handles end with the session or with a restart of the HSM.
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

        // Vendors report broken connections with their own codes; unknown codes are treated the same.
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
