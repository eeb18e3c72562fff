//! Why a service did not do what was requested: a refusal (the caller can act) or a fault (the operator must act). No
//! prose: `http::catalogue` has the sentence for each.

use inkan_pki::x509::chain::ChainError;
use inkan_pki::x509::csr::CsrError;
use jiff::Timestamp;

use crate::ca::hsm::HsmError;
use crate::ca::issue::IssueError;
use crate::mail::DeliveryError;
use crate::store::StoreError;

use super::validation::FieldError;
use crate::services::accounts::company::CompanyRefusal;
use crate::services::authentication::login::CertificateRefusal;
use crate::services::certificates::lifecycle::LifecycleRefusal;
use crate::services::operations::unseal_refusal::UnsealRefusal;
use crate::services::staff::refusal::StaffRefusal;

/// Result of every service.
pub type Result<T> = std::result::Result<T, Error>;

/// Refusal or fault.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Refused by a rule.
    #[error("refused: {}", .0.code())]
    Refused(Refusal),
    /// A fault of the server.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Failure of a component on which the service depends.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The database.
    #[error("store: {0}")]
    Store(#[from] StoreError),
    /// Building, signing or verifying a certificate or CRL.
    #[error("issuing: {0}")]
    Issue(#[from] IssueError),
    /// The mail server.
    #[error("mail: {0}")]
    Mail(#[from] DeliveryError),
    /// Hashing a password.
    #[error("password hashing failed: {0}")]
    PasswordHash(String),
    /// The system's random source.
    #[error("no randomness: {0}")]
    Random(#[from] getrandom::Error),
    /// A row that breaks the store's own rules.
    #[error("row is inconsistent: {0}")]
    Inconsistent(&'static str),
    /// One of our tasks ended early.
    #[error("internal task failed: {0}")]
    Task(String),
}

/// Seconds after which a caller may try again if the database was busy, unavailable or full.
const STORE_RETRY_AFTER: u64 = 5;

/// Seconds after which a caller may try again if the certificate got a wrong signature.
const WRONG_SIGNATURE_RETRY_AFTER: u64 = 60;

impl Fault {
    /// When the same request may succeed without anybody acting, in seconds.
    #[must_use]
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Store(error) if error.is_transient() => Some(STORE_RETRY_AFTER),
            _ => None,
        }
    }
}

/// A refusal by a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    // Counter
    /// A contract with this account exists.
    ContractExists,
    /// No such contract.
    ContractUnknown,
    /// The contract was cancelled (解約).
    ContractCancelled,
    /// The contract has a waiting or approved application.
    ApplicationExists,
    /// Entered and approved by one person (再鑑).
    SamePerson,
    /// For staff: proposals, members of staff.
    Staff(StaffRefusal),
    /// The staff member's role does not allow this.
    RoleMissing,

    // Registration (BLIS)
    /// Branch, account and temporary passwords do not match.
    AccountNotMatched,
    /// Too many failures for this contract.
    AccountLocked {
        /// Until when.
        until: Timestamp,
    },
    /// The previous step was not done, or the form is from another attempt.
    OutOfOrder,
    /// The login ID is taken.
    LoginIdTaken,
    /// Fields that break the character rules.
    Fields(Vec<FieldError>),

    // Login
    /// Unknown ID or wrong password; never shows which.
    CredentialsWrong,
    /// 利用一時停止.
    TemporarilyLocked {
        /// Until when.
        until: Timestamp,
    },
    /// 利用停止 until released.
    Suspended,
    /// R4: this user logs in with the certificate only.
    CertificateRequired,
    /// The certificate presented is not acceptable.
    Certificate(CertificateRefusal),
    /// No session, or it ended.
    SessionEnded,

    // Lifecycle
    /// 失効, 事故登録, release: the state or the person does not allow it.
    Lifecycle(LifecycleRefusal),

    /// Among the users of one contract.
    Company(CompanyRefusal),

    // Login with the agent
    /// The code is unknown, was used, or has expired.
    LoginCodeInvalid,
    /// Another browser presented the code than the one that made the request.
    LoginOtherBrowser,

    // Enrolment
    /// No approved application, or its grant is used or has lapsed (R2).
    GrantMissing,
    /// A re-issue was approved, and its waiting time has not passed.
    GrantWaiting {
        /// When it can be used.
        from: Timestamp,
    },
    /// The user has an active certificate; it must be revoked before another is issued (D1).
    CertificateActive,
    /// No such request.
    RequestUnknown,
    /// It has expired.
    RequestExpired,
    /// Picked up before.
    RequestUsed,
    /// The credential is not the one from the pick-up.
    CredentialInvalid,
    /// The request ended (done or failed).
    RequestClosed,
    /// The CSR breaks a rule.
    Csr(CsrError),
    /// The key type is not among those offered.
    KeyAlgorithmNotOffered,
    /// The key already has a certificate, of any user.
    KeyAlreadyCertified,
    /// A certificate was signed for this grant and another key: that key continues, or the issue is given up.
    KeyMismatch,
    /// Another agent may be active in the issue that is to be given up.
    IssueUnderWay,
    /// The limit of given-up issues under this grant is reached.
    IssueGivenUpTooOften,
    /// The renewal window is not open yet.
    RenewalTooEarly {
        /// When it opens.
        opens: Timestamp,
    },
    /// A renewal with another key is in progress.
    RenewalPending,
    /// The HSM returns no signature, or no correct one; the same request can be sent again.
    Unavailable {
        /// Seconds to wait.
        retry_after: u64,
    },
    /// An officer's share, or a request for one.
    Unseal(UnsealRefusal),
    /// The HSM is sealed: its officers must unseal it first; the same request can be sent again.
    Sealed {
        /// Seconds to wait.
        retry_after: u64,
    },
}

impl Refusal {
    /// Stable code, for machines, logs and audit rows.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::ContractExists => "contract-exists",
            Self::ContractUnknown => "contract-unknown",
            Self::ContractCancelled => "contract-cancelled",
            Self::ApplicationExists => "application-exists",
            Self::Staff(refusal) => refusal.code(),
            Self::SamePerson => "same-person",
            Self::RoleMissing => "role-missing",
            Self::AccountNotMatched => "account-not-matched",
            Self::AccountLocked { .. } => "account-locked",
            Self::OutOfOrder => "out-of-order",
            Self::LoginIdTaken => "login-id-taken",
            Self::Fields(_) => "fields-invalid",
            Self::CredentialsWrong => "credentials-wrong",
            Self::TemporarilyLocked { .. } => "temporarily-locked",
            Self::Suspended => "suspended",
            Self::CertificateRequired => "certificate-required",
            Self::Certificate(refusal) => refusal.code(),
            Self::SessionEnded => "session-ended",
            Self::Lifecycle(refusal) => refusal.code(),
            Self::Company(refusal) => refusal.code(),
            Self::LoginCodeInvalid => "login-code-invalid",
            Self::LoginOtherBrowser => "login-other-browser",
            Self::GrantMissing => "grant-missing",
            Self::GrantWaiting { .. } => "grant-waiting",
            Self::CertificateActive => "certificate-active",
            Self::RequestUnknown => "request-unknown",
            Self::RequestExpired => "request-expired",
            Self::RequestUsed => "request-used",
            Self::CredentialInvalid => "credential-invalid",
            Self::RequestClosed => "request-closed",
            Self::Csr(error) => error.code(),
            Self::KeyAlgorithmNotOffered => "key-algorithm-not-offered",
            Self::KeyAlreadyCertified => "key-already-certified",
            Self::KeyMismatch => "key-mismatch",
            Self::IssueUnderWay => "issue-under-way",
            Self::IssueGivenUpTooOften => "issue-given-up-too-often",
            Self::RenewalTooEarly { .. } => "renewal-too-early",
            Self::RenewalPending => "renewal-pending",
            Self::Unavailable { .. } => "unavailable",
            Self::Unseal(refusal) => refusal.code(),
            Self::Sealed { .. } => "sealed",
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<UnsealRefusal> for Error {
    fn from(refusal: UnsealRefusal) -> Self {
        Self::Refused(Refusal::Unseal(refusal))
    }
}

impl From<UnsealRefusal> for Refusal {
    fn from(refusal: UnsealRefusal) -> Self {
        Self::Unseal(refusal)
    }
}

impl From<StaffRefusal> for Error {
    fn from(refusal: StaffRefusal) -> Self {
        Self::Refused(Refusal::Staff(refusal))
    }
}

impl From<StaffRefusal> for Refusal {
    fn from(refusal: StaffRefusal) -> Self {
        Self::Staff(refusal)
    }
}

impl From<CompanyRefusal> for Refusal {
    fn from(refusal: CompanyRefusal) -> Self {
        Self::Company(refusal)
    }
}

impl From<CompanyRefusal> for Error {
    fn from(refusal: CompanyRefusal) -> Self {
        Self::Refused(refusal.into())
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::Fault(Fault::Store(error))
    }
}

impl From<IssueError> for Error {
    fn from(error: IssueError) -> Self {
        match error {
            IssueError::Hsm(hsm) => hsm.into(),
            // The bytes are recorded, and the caller may come again: a signature by the repaired key completes the issue.
            IssueError::Signature(ChainError::BadSignature) => {
                Self::Refused(Refusal::Unavailable {
                    retry_after: WRONG_SIGNATURE_RETRY_AFTER,
                })
            }
            other => Self::Fault(Fault::Issue(other)),
        }
    }
}

impl From<HsmError> for Error {
    fn from(error: HsmError) -> Self {
        let seconds = error.retry_after().map(|wait| wait.as_secs().max(1));
        match seconds {
            Some(retry_after) if error == HsmError::Sealed => {
                Self::Refused(Refusal::Sealed { retry_after })
            }
            Some(retry_after) => Self::Refused(Refusal::Unavailable { retry_after }),
            None => Self::Fault(Fault::Issue(IssueError::Hsm(error))),
        }
    }
}
