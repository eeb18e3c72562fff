//! What can go wrong, as data. Sentences are in [`crate::catalogue`].

use std::path::PathBuf;

use inkan_pki::messages::identifier::Identifier;
use inkan_pki::messages::link::LinkError;
use serde::{Deserialize, Serialize};

use crate::keystore::abilities::{Ability, Admin};

/// Any failure of a command.
#[derive(Debug)]
pub enum Failure {
    /// A PIN source or an answer that cannot be had.
    Usage(UsageError),
    /// Configuration of the agent.
    Setup(SetupError),
    /// The link.
    Link(LinkError),
    /// The token.
    Token(TokenError),
    /// The bank, or the way to it.
    Bank(BankError),
    /// The certificate in the bank's answer.
    Answer(AnswerError),
    /// The customer said no, or ended the input.
    Cancelled,
    /// A fault in the agent itself; the text is for the help desk.
    Internal(String),
}

/// Wrong use of the command line beyond what its parser sees.
#[derive(Debug)]
pub enum UsageError {
    /// `--pin-file` cannot be read.
    PinFile {
        /// The file.
        path: PathBuf,
        /// What the system said.
        detail: String,
    },
    /// `--pin-file` names a file that others than its owner may read.
    PinFileShared {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// `--pin-env` names a variable that is not set, or not text.
    PinVariable {
        /// Its name.
        name: String,
    },
    /// The PIN source holds nothing, or far too much.
    PinEmpty,
    /// `--now` is no time.
    Time,
    /// The new PIN was not typed the same twice.
    PinsDiffer,
    /// The certificate to be deleted is the last usable one of its bank on this token.
    LastCertificate {
        /// The bank's name.
        bank: String,
    },
    /// Neither a known token driver that is installed here, nor a file.
    NoSuchModule {
        /// As given.
        wanted: String,
    },
    /// No such token driver is in the list.
    ModuleNotListed {
        /// As given.
        wanted: String,
    },
}

/// What is wrong with one field of a configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldFault {
    /// Not TOML, an unknown field, a missing field, a wrong type: what the parser said.
    Syntax(String),
    /// Nothing in it.
    Empty,
    /// More characters than allowed.
    TooLong(usize),
    /// Control characters.
    ControlCharacter,
    /// Not `https://host[:port]` alone.
    NotHttpsOrigin,
    /// No PEM certificate.
    NoCertificate,
    /// More certificates (or entries) than allowed.
    TooMany(usize),
    /// A certificate that cannot be read.
    BadCertificate,
    /// A certificate that is no CA's.
    NotCa,
    /// A path that is not absolute.
    NotAbsolute,
    /// The id is not the one in the file's name.
    NotFileName,
    /// Not `http://[user:password@]host[:port]`.
    NotProxy,
    /// Written in a way that only its writer can change.
    NotByLines,
}

/// Configuration failures.
#[derive(Debug)]
pub enum SetupError {
    /// Neither `--config-dir` nor `XDG_CONFIG_HOME` nor `HOME`.
    NoDirectory,
    /// A file or directory cannot be read.
    Unreadable {
        /// Which.
        path: PathBuf,
        /// What the system said.
        detail: String,
    },
    /// A file or directory cannot be written.
    Unwritable {
        /// Which.
        path: PathBuf,
        /// What the system said.
        detail: String,
    },
    /// A file over the size limit.
    TooLarge {
        /// Which.
        path: PathBuf,
        /// The limit in bytes.
        limit: u64,
    },
    /// A field of a file is wrong.
    Field {
        /// Which file.
        path: PathBuf,
        /// Which field; empty when the file as a whole cannot be read.
        field: &'static str,
        /// What is wrong.
        fault: FieldFault,
    },
    /// A file that holds a password and that others than its owner may read.
    SecretShared {
        /// Which.
        path: PathBuf,
    },
    /// The system opens no browser.
    NoBrowser {
        /// What the system said. Never the address.
        kind: std::io::ErrorKind,
    },
    /// The bank is not in the list.
    BankUnknown {
        /// Its id.
        id: Identifier,
    },
    /// Another file with this id is installed and differs.
    BankDiffers {
        /// Its id.
        id: Identifier,
    },
}

/// Token failures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TokenError {
    /// No PKCS#11 module configured and none named.
    NoModule,
    /// The module cannot be loaded.
    Module {
        /// Its path.
        path: PathBuf,
        /// What the loader said.
        detail: String,
    },
    /// No usable token in any reader.
    NoToken,
    /// None with that label or serial.
    NotFound {
        /// As given.
        wanted: String,
    },
    /// More than one with that label or serial.
    Ambiguous {
        /// As given.
        wanted: String,
    },
    /// The token was never initialised.
    NotInitialised {
        /// Its label or slot.
        token: String,
    },
    /// The token takes no writing.
    WriteProtected,
    /// The token has no room.
    Full,
    /// The PIN was refused.
    PinWrong {
        /// The next wrong one locks the token.
        last_try: bool,
        /// Tries left, where the token counts aloud.
        tries_left: Option<u8>,
    },
    /// The PIN is locked.
    PinLocked,
    /// The PIN is too short, too long, expired or never set.
    PinUnusable,
    /// The token went away in the middle.
    Removed,
    /// Another agent is at work with it.
    InUse,
    /// The token did not answer in time.
    Hung,
    /// The token makes none of the key types the bank takes.
    NoAlgorithm,
    /// The token would give the key away.
    Extractable,
    /// The key of the broken-off issue is not on this token.
    KeyElsewhere,
    /// No usable certificate of this bank on the token.
    NoCertificate,
    /// A signature by the token's key does not fit the certificate.
    ProofFailed,
    /// Cancelled on the token or its PIN pad.
    Cancelled,
    /// The new PIN is too short, too long, or not to the token's liking. The old one stays.
    NewPinUnusable {
        /// Shortest, in bytes; 0 when the token does not say.
        min: u8,
        /// Longest, in bytes; 0 when the token does not say.
        max: u8,
    },
    /// The key asks for the PIN at each use, and there is none to give it.
    PinNeeded,
    /// The PUK (or the security officer's PIN in its place) was refused.
    PukWrong {
        /// Tries left, where the token counts aloud.
        tries_left: Option<u8>,
    },
    /// The PUK is locked: nothing here opens this token again.
    PukLocked,
    /// A change of the token needs more than the PIN.
    AdminNeeded {
        /// What.
        what: Admin,
    },
    /// The security officer's PIN or the management key was refused.
    AdminWrong {
        /// Which.
        what: Admin,
        /// Tries left, where the token counts aloud.
        tries_left: Option<u8>,
    },
    /// The security officer's PIN is locked.
    AdminLocked,
    /// What was given cannot be a management key or security officer's PIN of this token.
    AdminUnusable {
        /// Which.
        what: Admin,
    },
    /// This token cannot do that here.
    CannotDo {
        /// What.
        what: Ability,
    },
    /// The key is not on the token any more.
    KeyGone,
    /// The certificate is not on the token any more.
    CertificateGone,
    /// Another program holds the card and does not let go.
    HeldByOther {
        /// Its name, where the system tells.
        program: Option<String>,
    },
    /// The system's service for card readers does not run, or there is no reader.
    ReaderService {
        /// What the system said.
        detail: String,
    },
    /// The process in which the token driver runs ended by itself.
    DriverCrashed {
        /// The driver.
        driver: PathBuf,
        /// How it ended, as the system says it.
        how: String,
    },
    /// The process in which the token driver runs said what makes no sense.
    DriverGarbled {
        /// The driver.
        driver: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// Anything else the module said.
    Failed {
        /// The PKCS#11 function or step.
        operation: String,
        /// What the module said.
        detail: String,
    },
}

/// How a connection failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreachable {
    /// No connection at all.
    Connect,
    /// No answer in time.
    Timeout,
    /// The connection broke off.
    Dropped,
}

/// How a proxy does not lead to the bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProxyFault {
    /// No connection to it.
    Unreachable,
    /// No answer from it in time.
    Timeout,
    /// It broke off, or speaks something else.
    Dropped,
    /// It wants user and password, and none are set.
    LoginNeeded,
    /// It does not take the user and password that are set.
    LoginRefused,
    /// It does not lead there.
    Refused {
        /// What it said.
        status: u16,
    },
}

impl ProxyFault {
    /// The same may work in a while.
    #[must_use]
    pub const fn may_pass(self) -> bool {
        matches!(
            self,
            Self::Unreachable | Self::Timeout | Self::Dropped | Self::Refused { status: 500.. }
        )
    }
}

/// Failures at the bank or on the way to it.
#[derive(Debug, Clone)]
pub enum BankError {
    /// No answer.
    Unreachable {
        /// Host and port.
        host: String,
        /// How.
        how: Unreachable,
    },
    /// The proxy does not lead to the bank.
    Proxy {
        /// Host and port of the proxy.
        proxy: String,
        /// How.
        how: ProxyFault,
    },
    /// The server's certificate does not prove the bank.
    NotTrusted {
        /// Host and port.
        host: String,
        /// What TLS said.
        detail: String,
    },
    /// The server's certificate is expired or not yet valid: often this computer's clock.
    Clock {
        /// Host and port.
        host: String,
    },
    /// The bank ended the handshake: it does not take the client certificate.
    Alert {
        /// The alert's name.
        alert: String,
    },
    /// The request is unknown, used or expired.
    RequestGone(Refusal),
    /// The bank said no.
    Refused(Refusal),
    /// The token failed while signing for the connection.
    Token(TokenError),
    /// The bank showed its page on why it does not take the certificate.
    NotAccepted {
        /// The bank's stable code.
        code: String,
    },
    /// 503 until patience ran out.
    Busy,
    /// An answer that the protocol does not know.
    Unexpected {
        /// HTTP status.
        status: u16,
        /// Which exchange.
        exchange: &'static str,
    },
    /// An answer over the size limit.
    TooLarge {
        /// Which exchange.
        exchange: &'static str,
    },
    /// The request picked up is not the one the link named.
    Mismatch {
        /// Which field.
        field: &'static str,
    },
    /// The time to finish the request has run out here.
    Late,
}

/// A refusal in the bank's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// The bank's stable code.
    pub code: String,
    /// What happened.
    pub title: String,
    /// What to do.
    pub next: Option<String>,
}

/// What is wrong with the certificate answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerError {
    /// Longer than any certificate answer.
    TooLarge,
    /// No certs-only PKCS#7 (or cut off).
    NotPkcs7,
    /// A certificate in it cannot be read.
    Malformed,
    /// None is for our key.
    WrongKey,
    /// It does not chain to the bank's customer CA.
    NotChained,
    /// Outside its validity.
    Validity,
    /// No `clientAuth`, or no `digitalSignature`.
    Usage,
    /// A CA certificate.
    IsCa,
    /// O, OU or CN missing, or another user's.
    Subject,
    /// Serial zero, negative or too long.
    Serial,
    /// The activation names another certificate.
    OtherActivated,
}

impl std::fmt::Display for TokenError {
    /// For logs; what the customer is told is in the catalogue.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for TokenError {}

impl BankError {
    /// The bank's own stable code, where it gave one.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::RequestGone(refusal) | Self::Refused(refusal) => Some(&refusal.code),
            Self::NotAccepted { code } => Some(code),
            _ => None,
        }
    }
}

macro_rules! from {
    ($($inner:ident => $variant:ident),*) => {
        $(impl From<$inner> for Failure {
            fn from(error: $inner) -> Self {
                Self::$variant(error)
            }
        })*
    };
}
from!(UsageError => Usage, SetupError => Setup, LinkError => Link, TokenError => Token, BankError => Bank, AnswerError => Answer);
