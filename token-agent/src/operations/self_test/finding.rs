//! What a check found, as data. The sentences are in `catalogue::self_test`.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::catalogue::{Lang, entry};
use crate::error::{Failure, TokenError};
use crate::output::check::CheckId;

/// What a check found.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    pub(crate) check: CheckId,
    pub(crate) subject: Option<String>,
    pub(crate) verdict: Verdict,
    pub(crate) facts: BTreeMap<&'static str, Value>,
}

/// The result and its reason.
#[derive(Debug, Clone)]
pub(crate) enum Verdict {
    Ok,
    Failed(Fault),
    NotPossible(Obstacle),
}

/// Why a check failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Windows is older than the agent supports.
    SystemTooOld,
    /// The configuration directory cannot be created, written or read back.
    DirectoryUnusable(Cause),
    /// Other users may write to the configuration directory.
    DirectoryShared,
    /// The path of the configuration directory is not Unicode.
    DirectoryName,
    /// There is too little space for the agent's files.
    NoSpace,
    /// Some bank files are invalid.
    BankFiles,
    /// One of the agent's own files cannot be used.
    Setup(Cause),
    /// No connection to the bank.
    BankConnection(Cause),
    /// The computer's clock differs from the bank's.
    ClockWrong,
    /// The configured proxy cannot be used.
    Proxy(Cause),
    /// The directory supports no locks: two agents would disturb each other.
    NoLocks(Cause),
    /// The program registered for links does not exist.
    LinkProgramMissing,
    /// Another program opens the links.
    LinkProgramOther,
    /// Another copy of the agent opens the links.
    LinkProgramOtherCopy,
    /// The user has chosen another program for the links in the settings of Windows.
    LinkProgramChosen,
    /// A card does not respond.
    Unresponsive,
    /// Some token drivers do not load.
    Drivers,
    /// Certificates whose key cannot be found.
    BrokenLinks,
    /// A step in the life of a throw-away key failed.
    Step(Step, Cause),
    /// A signature is invalid.
    WrongSignature,
    /// The throw-away key or certificate is still there.
    LeftBehind,
    /// No TLS connection with the throw-away certificate.
    Tls(Cause),
}

/// Why something could not be checked here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Obstacle {
    /// No bank is installed.
    NoBank,
    /// No token and no key store was found.
    NoStore,
    /// No key store can be read without a PIN.
    NoOpenStore,
    /// The token needs its PIN.
    NeedsPin,
    /// The token is write-protected.
    WriteProtected,
    /// The token deletes no keys, so the throw-away key would stay.
    CannotDelete,
    /// The token is full.
    Full,
    /// The token generates no such keys.
    NoAlgorithm,
    /// The key makes no PSS signatures, which TLS 1.3 requires of RSA.
    NoPss,
    /// The smart card service is not running.
    ReaderService,
    /// No reader is connected.
    NoReader,
    /// No token driver is installed.
    NoDriver,
    /// No program is registered for links.
    NotRegistered,
    /// The registration cannot be read on this system.
    SchemeUnknown,
}

/// A step in the life of a throw-away key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Open,
    Generate,
    ReadBack,
    Sign,
    Write,
    Find,
    SignAgain,
    Delete,
}

/// A failure without the names in its sentence: a stable code, and what system or token reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cause {
    pub(crate) code: String,
    pub(crate) detail: Option<String>,
}

impl Cause {
    /// An error of the system.
    pub(crate) fn io(code: &'static str, error: &std::io::Error) -> Self {
        Self {
            code: code.to_owned(),
            detail: Some(error.to_string()),
        }
    }
}

impl From<Failure> for Cause {
    fn from(failure: Failure) -> Self {
        let detail = match &failure {
            Failure::Token(TokenError::Failed { operation, detail }) => {
                Some(format!("{operation}: {detail}"))
            }
            Failure::Token(
                TokenError::InvalidDriverResponse { detail, .. }
                | TokenError::ReaderService { detail },
            )
            | Failure::Internal(detail) => Some(detail.clone()),
            _ => None,
        };
        Self {
            // The code is the same in every language.
            code: entry(&failure, Lang::En).code,
            detail,
        }
    }
}

impl From<TokenError> for Cause {
    fn from(error: TokenError) -> Self {
        Failure::Token(error).into()
    }
}

impl Finding {
    pub(crate) fn ok(check: CheckId) -> Self {
        Self::new(check, Verdict::Ok)
    }

    pub(crate) fn failed(check: CheckId, fault: Fault) -> Self {
        Self::new(check, Verdict::Failed(fault))
    }

    pub(crate) fn not_possible(check: CheckId, obstacle: Obstacle) -> Self {
        Self::new(check, Verdict::NotPossible(obstacle))
    }

    fn new(check: CheckId, verdict: Verdict) -> Self {
        Self {
            check,
            subject: None,
            verdict,
            facts: BTreeMap::new(),
        }
    }

    /// Which one of several.
    pub(crate) fn of(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// With this fact.
    pub(crate) fn fact(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.facts.insert(name, value.into());
        self
    }

    /// Failed for this reason, if there is one.
    pub(crate) fn unless(mut self, fault: Option<Fault>) -> Self {
        if let Some(fault) = fault {
            self.verdict = Verdict::Failed(fault);
        }
        self
    }
}
