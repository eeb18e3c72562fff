//! What went wrong with a token: which operation, what exactly, and its class.
//!
//! The texts here are for logs and operators. Sentences for customers are made elsewhere, from the class.

use std::path::{Path, PathBuf};

use cryptoki::error::{Error as Binding, RvError};

use super::attributes::KeyAttributes;
pub use super::classify::{ErrorClass, classify};
use super::login::withheld;
use super::pin_attempts::PinHalt;
use super::token::TokenSelector;

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
    /// The module answered with this return value.
    #[error("the module answered {code:?} to {function}")]
    Returned {
        /// The value.
        code: RvError,
        /// The PKCS#11 function, such as `C_Sign`.
        function: String,
    },
    /// The binding could not make or read a call.
    #[error("the module could not be spoken to: {0}")]
    Binding(String),
    /// There is no file at this path.
    #[error("there is no PKCS#11 module at {path}: {reason}")]
    ModuleMissing {
        /// As given.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The file is there, and is not a PKCS#11 module that this process can load.
    #[error("{path} is not a PKCS#11 module that can be loaded here: {reason}")]
    NotAModule {
        /// As given.
        path: PathBuf,
        /// What the loader said.
        reason: String,
    },
    /// No token fits the selector.
    #[error("no token with {0} is present")]
    TokenNotFound(TokenSelector),
    /// More than one token fits the selector.
    #[error("{count} tokens with {selector} are present")]
    TokenAmbiguous {
        /// What was looked for.
        selector: TokenSelector,
        /// How many there are.
        count: usize,
    },
    /// A token with this label exists already.
    #[error("a token with the label {0:?} exists already")]
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
    /// The library cannot be re-initialised while calls are in it; a call that hangs keeps it that way.
    #[error("{0} calls into the library are still under way")]
    CallsUnderWay(usize),
    /// The library is being re-initialised just now.
    #[error("the library is being re-initialised")]
    Reinitialising,
    /// No key fits.
    #[error("no such key is on the token")]
    KeyNotFound,
    /// The token does not tell about itself.
    #[error("the token does not tell about itself")]
    TokenUnreadable,
    /// The PIN was not sent.
    #[error("{}", withheld(*.0))]
    PinWithheld(PinHalt),
    /// More than one key fits.
    #[error("{0} keys on the token fit")]
    KeyAmbiguous(usize),
    /// A key or certificate with this CKA_ID exists already.
    #[error("a key with the CKA_ID {} exists already", hex::encode(.0))]
    IdInUse(Vec<u8>),
    /// The token does not give an attribute that is needed.
    #[error("the token does not give {0}")]
    AttributeMissing(&'static str),
    /// The public key is malformed or not of a supported type.
    #[error("the public key cannot be used: {0}")]
    PublicKey(#[from] crate::spki::SpkiError),
    /// The key made is not of the type asked for.
    #[error("the token made another kind of key than asked for")]
    WrongKey,
    /// The private key can leave the token or can be read, so it was refused.
    #[error("the private key is not safe on this token ({attributes:?}); removed: {destroyed}")]
    UnsafeKey {
        /// As read back.
        attributes: KeyAttributes,
        /// Whether the pair could be removed again.
        destroyed: bool,
    },
    /// The key cannot make this kind of signature.
    #[error("the key cannot make signatures of this scheme")]
    WrongScheme,
    /// The signature has an impossible length or value.
    #[error("the token gave a malformed signature")]
    MalformedSignature,
    /// The key asks for the PIN at each use and none is at hand.
    #[error("the key asks for the PIN at each use")]
    PinNeeded,
    /// The certificate cannot be parsed.
    #[error("the certificate cannot be parsed")]
    MalformedCertificate,
    /// The certificate is not on the token.
    #[error("the certificate is not on the token")]
    CertificateNotFound,
    /// More objects than can be meant seriously.
    #[error("more than {0} objects")]
    TooManyObjects(usize),
}

impl Pkcs11Error {
    pub(crate) fn new(operation: &'static str, class: ErrorClass, kind: ErrorKind) -> Self {
        Self {
            operation,
            kind: Box::new(kind),
            class,
        }
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
            // A missing function is a token that cannot; values that do not convert are a token that lies.
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

    /// The PKCS#11 return value, when the module gave one.
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
            ErrorKind::StaleSession
                | ErrorKind::NotInitialised
                | ErrorKind::Reinitialising
                | ErrorKind::CallsUnderWay(_)
                | ErrorKind::PinWithheld(_)
                | ErrorKind::TokenUnreadable
        )
    }

    /// True when a PIN was sent and the answer does not tell whether it was right: the token may have counted it as wrong.
    #[must_use]
    pub fn is_unclear_login(&self) -> bool {
        self.operation.starts_with(super::session::LOGIN)
            && self.reached_module()
            && !self.class.is_pin()
    }

    /// True for what a token says that takes this from its security officer only.
    #[must_use]
    pub fn wants_officer(&self) -> bool {
        matches!(
            self.code(),
            Some(RvError::UserTypeInvalid | RvError::UserNotLoggedIn)
        )
    }

    /// Whether trying again (after the remedy the class asks for) makes sense. Never for a login, whatever the code:
    /// vendors report a wrong PIN by codes of their own too.
    #[must_use]
    pub fn retry_ok(&self) -> bool {
        !self.operation.starts_with(super::session::LOGIN) && self.class.retry_ok()
    }
}
