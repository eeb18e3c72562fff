//! Errors of modules, tokens, sessions and objects: operation, exact failure and class.
//!
//! The texts here are for logs and operators. Sentences for customers are in the catalogues, by class.

use std::path::{Path, PathBuf};

use cryptoki::error::{Error as Binding, RvError};

pub use super::classify::{ErrorClass, classify};
use super::key_attributes::KeyAttributes;
use super::pin_halt::PinHalt;
use super::selector::TokenSelector;

/// How the operation of every kind of login begins.
pub(super) const LOGIN: &str = "log in";
/// The same of the security officer.
pub(super) const LOGIN_OFFICER: &str = "log in as security officer";

/// A failed operation on a module, token, session or object.
#[derive(Debug, thiserror::Error)]
#[error("{operation}: {kind}")]
pub struct Pkcs11Error {
    /// What was being done, such as `sign` or `open session`.
    pub operation: &'static str,
    /// What exactly failed. Boxed to keep results small.
    pub kind: Box<ErrorKind>,
    /// What it means for the caller.
    pub class: ErrorClass,
}

/// The exact failure.
#[derive(Debug, thiserror::Error)]
pub enum ErrorKind {
    /// The module returned this value.
    #[error("{function} returned {code:?}")]
    Returned {
        /// The value.
        code: RvError,
        /// The PKCS#11 function, such as `C_Sign`.
        function: String,
    },
    /// The binding could not make a call or read its result.
    #[error("the call failed in the PKCS#11 binding: {0}")]
    Binding(String),
    /// There is no file at this path.
    #[error("there is no PKCS#11 module at {path}: {reason}")]
    ModuleMissing {
        /// As given.
        path: PathBuf,
        /// The operating system's error.
        reason: String,
    },
    /// The file exists but is not a PKCS#11 module that this process can load.
    #[error("{path} is not a PKCS#11 module that can be loaded here: {reason}")]
    NotAModule {
        /// As given.
        path: PathBuf,
        /// The loader's error.
        reason: String,
    },
    /// No token matches the selector.
    #[error("no token with {0} is present")]
    TokenNotFound(TokenSelector),
    /// More than one token matches the selector.
    #[error("{count} tokens with {selector} are present")]
    TokenAmbiguous {
        /// What was looked for.
        selector: TokenSelector,
        /// How many there are.
        count: usize,
    },
    /// A token with this label already exists.
    #[error("a token with the label {0:?} already exists")]
    TokenExists(String),
    /// No slot holds a token that is not initialised yet.
    #[error("no slot holds an uninitialised token")]
    NoFreeSlot,
    /// A token label has 1 to 32 bytes.
    #[error("a token label has 1 to 32 bytes, {0:?} has {bytes}", bytes = .0.len())]
    LabelLength(String),
    /// The library is not initialised: the last attempt failed.
    #[error("the library is not initialised")]
    NotInitialised,
    /// The library was re-initialised after this session was opened.
    #[error("the session ended when the library was re-initialised")]
    StaleSession,
    /// The key was found before the library was re-initialised, or on another token.
    #[error("the key handle belongs to another session")]
    StaleKey,
    /// The library cannot be re-initialised during calls; a call that hangs blocks it permanently.
    #[error("{0} calls into the library are still in progress")]
    CallsUnderWay(usize),
    /// Another thread is re-initialising the library.
    #[error("the library is being re-initialised")]
    Reinitialising,
    /// No key matches.
    #[error("the key is not on the token")]
    KeyNotFound,
    /// The token information cannot be read.
    #[error("the token information cannot be read")]
    TokenUnreadable,
    /// The PIN was not sent.
    #[error("{0}")]
    PinWithheld(PinHalt),
    /// More than one key matches.
    #[error("{0} keys on the token match")]
    KeyAmbiguous(usize),
    /// A key or certificate with this CKA_ID already exists.
    #[error("a key with the CKA_ID {} already exists", hex::encode(.0))]
    IdInUse(Vec<u8>),
    /// The token does not return a required attribute.
    #[error("the token does not return {0}")]
    AttributeMissing(&'static str),
    /// The public key is malformed or not of a supported type.
    #[error("the public key cannot be used: {0}")]
    PublicKey(#[from] crate::spki::SpkiError),
    /// The generated key is not of the requested type.
    #[error("the token generated a key of another type than requested")]
    WrongKey,
    /// The private key is readable or extractable, so it was refused.
    #[error(
        "the private key is not protected on this token ({attributes:?}); destroyed: {destroyed}"
    )]
    UnsafeKey {
        /// As read back.
        attributes: KeyAttributes,
        /// Whether the pair could be destroyed.
        destroyed: bool,
    },
    /// The key cannot make this kind of signature.
    #[error("the key cannot make signatures of this scheme")]
    WrongScheme,
    /// The signature has an impossible length or value.
    #[error("the token returned a malformed signature")]
    MalformedSignature,
    /// The key requires the PIN for each use, and none is available.
    #[error("the key requires the PIN for each use")]
    PinNeeded,
    /// The certificate cannot be parsed.
    #[error("the certificate cannot be parsed")]
    MalformedCertificate,
    /// The certificate is not on the token.
    #[error("the certificate is not on the token")]
    CertificateNotFound,
    /// More objects than a token can plausibly hold.
    #[error("more than {0} objects")]
    TooManyObjects(usize),
    /// As another process, which has loaded the module, reports it.
    #[error("{detail}")]
    Reported {
        /// Its own text.
        detail: String,
        /// See [`Pkcs11Error::reached_module`].
        reached_module: bool,
    },
}

impl Pkcs11Error {
    pub(crate) fn new(operation: &'static str, class: ErrorClass, kind: ErrorKind) -> Self {
        Self {
            operation,
            kind: Box::new(kind),
            class,
        }
    }

    /// A failure in another process, which has loaded the module.
    #[must_use]
    pub fn reported(
        operation: &'static str,
        class: ErrorClass,
        detail: String,
        reached_module: bool,
    ) -> Self {
        let kind = ErrorKind::Reported {
            detail,
            reached_module,
        };
        Self::new(operation, class, kind)
    }

    /// A key that requires the PIN for each use, in another process, which has not got it.
    #[must_use]
    pub fn pin_needed(operation: &'static str) -> Self {
        Self::new(operation, ErrorClass::PinInvalid, ErrorKind::PinNeeded)
    }

    pub(crate) fn returned(operation: &'static str, code: RvError, function: &str) -> Self {
        let kind = ErrorKind::Returned {
            code,
            function: function.to_owned(),
        };
        Self::new(operation, classify(code), kind)
    }

    pub(crate) fn from_binding(operation: &'static str, error: Binding) -> Self {
        match error {
            Binding::Pkcs11(code, function) => {
                Self::returned(operation, code, &format!("C_{function:?}"))
            }
            // A missing function means "unsupported"; values that do not convert are not trustworthy.
            Binding::NullFunctionPointer | Binding::NotSupported | Binding::MissingSymbol(_) => {
                Self::binding(operation, ErrorClass::Unsupported, &error)
            }
            Binding::TryFromInt(_)
            | Binding::TryFromSlice(_)
            | Binding::ParseInt(_)
            | Binding::Utf8(_)
            | Binding::InvalidValue => Self::binding(operation, ErrorClass::Untrustworthy, &error),
            Binding::LibraryLoading(_) | Binding::NulError(_) | Binding::PinNotSet => {
                Self::binding(operation, ErrorClass::Refused, &error)
            }
        }
    }

    fn binding(operation: &'static str, class: ErrorClass, error: &Binding) -> Self {
        Self::new(operation, class, ErrorKind::Binding(error.to_string()))
    }

    pub(crate) fn module_missing(path: &Path, reason: &std::io::Error) -> Self {
        let kind = ErrorKind::ModuleMissing {
            path: path.to_owned(),
            reason: reason.to_string(),
        };
        Self::new("load module", ErrorClass::NotFound, kind)
    }

    pub(crate) fn not_a_module(path: &Path, reason: &Binding) -> Self {
        let kind = ErrorKind::NotAModule {
            path: path.to_owned(),
            reason: reason.to_string(),
        };
        Self::new("load module", ErrorClass::Unsupported, kind)
    }

    /// A PIN that was not sent.
    pub(crate) fn pin_withheld(operation: &'static str, halt: PinHalt) -> Self {
        let class = match halt {
            PinHalt::Locked | PinHalt::FinalTry => ErrorClass::PinLocked,
            PinHalt::NotSet | PinHalt::Sealed => ErrorClass::PinInvalid,
            PinHalt::Refused | PinHalt::NeverWorked | PinHalt::Counted | PinHalt::Repeated => {
                ErrorClass::PinIncorrect
            }
        };
        Self::new(operation, class, ErrorKind::PinWithheld(halt))
    }

    /// The PKCS#11 return value, if the module returned one.
    #[must_use]
    pub fn code(&self) -> Option<RvError> {
        match *self.kind {
            ErrorKind::Returned { code, .. } => Some(code),
            _ => None,
        }
    }

    /// False when the failure happened before anything was sent to the module.
    #[must_use]
    pub fn reached_module(&self) -> bool {
        !matches!(
            *self.kind,
            ErrorKind::Reported {
                reached_module: false,
                ..
            } | ErrorKind::StaleSession
                | ErrorKind::NotInitialised
                | ErrorKind::Reinitialising
                | ErrorKind::CallsUnderWay(_)
                | ErrorKind::PinWithheld(_)
                | ErrorKind::TokenUnreadable
        )
    }

    /// True when a PIN was sent and the answer does not show whether it is correct: the token may have counted it as wrong.
    #[must_use]
    pub fn is_unclear_login(&self) -> bool {
        self.operation.starts_with(LOGIN) && self.reached_module() && !self.class.is_pin()
    }

    /// True when the token itself returned that the PIN is incorrect.
    #[must_use]
    pub fn is_wrong_pin(&self) -> bool {
        self.class == ErrorClass::PinIncorrect && self.code().is_some()
    }

    /// True for the return values of a token that accepts this operation only from its security officer.
    #[must_use]
    pub fn requires_officer(&self) -> bool {
        matches!(
            self.code(),
            Some(RvError::UserTypeInvalid | RvError::UserNotLoggedIn)
        )
    }

    /// Whether a retry makes sense, after the remedy for the class. Never for a login, whatever the code: some vendors report a wrong
    /// PIN with codes of their own.
    #[must_use]
    pub fn retry_ok(&self) -> bool {
        !self.operation.starts_with(LOGIN) && self.class.retry_ok()
    }
}
