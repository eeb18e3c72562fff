//! The agent's requests: pick-up, progress, activation.

use jiff::Timestamp;
use serde::{Deserialize, Serialize, Serializer};

use super::identifier::Identifier;
use super::link::Action;
use crate::algorithm::KeyAlgorithm;
use crate::secret::Secret;

/// Body of `POST /agent/requests/{id}/pickup`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PickUp {
    /// Name and version of the agent, for the bank's log.
    pub agent: String,
}

/// Response to a pick-up. The credential is returned only this once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PickedUp {
    /// The request's id; user name of HTTP Basic in EST and progress.
    pub request: Identifier,
    /// What the customer requested.
    pub action: Action,
    /// The bank's id and name.
    pub bank: BankName,
    /// Name of the company.
    pub company: String,
    /// Branch, three digits.
    pub branch: String,
    /// Kind of account.
    pub account_type: AccountType,
    /// Account number, seven digits.
    pub account: String,
    /// Login ID.
    pub login_id: String,
    /// Name of the user.
    pub user_name: String,
    /// For a member of staff: company, account and user are then empty, and the login ID is the employee number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff: Option<Staff>,
    /// Time of the page's request.
    pub requested_at: Timestamp,
    /// Deadline for the enrolment.
    pub expires_at: Timestamp,
    /// Shown by the page and by the agent: the customer compares.
    pub comparison_code: String,
    /// Key types that the bank accepts, preferred one first.
    pub key_algorithms: Vec<KeyAlgorithm>,
    /// Password of HTTP Basic in EST and progress.
    #[serde(serialize_with = "expose")]
    pub credential: Secret,
    /// Set if a certificate was already signed for this grant: only its key can continue.
    pub resume: Option<Resume>,
}

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staff {
    /// Name.
    pub name: String,
    /// Employee number: the last word of the certificate's common name.
    pub number: String,
    /// Role.
    pub role: StaffRole,
}

/// Role of a member of staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StaffRole {
    /// Enters.
    Teller,
    /// Decides.
    Approver,
    /// Helps customers by telephone.
    Helpdesk,
    /// Manages the HSM and the staff.
    SecurityOfficer,
    /// Reads.
    Auditor,
}

/// Kind of account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountType {
    /// Ordinary deposit.
    Ordinary,
    /// Current account.
    Current,
}

/// Id and name of a bank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankName {
    /// The `bank` of links.
    pub id: Identifier,
    /// Name for people.
    pub name: String,
}

/// An interrupted issue: its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resume {
    /// SHA-256 of the DER SubjectPublicKeyInfo, lower-case hex.
    pub spki_sha256: String,
    /// Serial number of the certificate, lower-case hex.
    pub serial: String,
}

/// Progress of the agent; shown on BSMS003.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProgressStep {
    /// The customer consented and chose a token.
    TokenChosen,
    /// The key pair is on the token.
    KeyMade,
    /// Certificate and chain are on the token.
    CertificateWritten,
    /// The agent gave up; `code` has the reason.
    Failed,
}

impl ProgressStep {
    /// The word in messages and in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TokenChosen => "token-chosen",
            Self::KeyMade => "key-made",
            Self::CertificateWritten => "certificate-written",
            Self::Failed => "failed",
        }
    }
}

/// Body of `POST /agent/requests/{id}/progress`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    /// The step reached.
    pub step: ProgressStep,
    /// The agent's stable error code, with [`ProgressStep::Failed`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Identifier>,
}

/// Body of `POST /agent/requests/{id}/give-up`: the certificate that [`Resume`] names, never in use, is replaced by one with another key.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GiveUp {
    /// Serial number of the certificate, lower-case hex.
    pub serial: String,
    /// Why.
    pub reason: GiveUpReason,
}

/// Why an issue is given up. For the bank's audit log: nothing depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GiveUpReason {
    /// The key is not on the token that is used now.
    KeyElsewhere,
    /// The key is on this token but cannot be used.
    KeyUnusable,
    /// The certificate does not fit on the token.
    NoRoom,
}

impl GiveUpReason {
    /// The word in messages and in the audit log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::KeyElsewhere => "key-elsewhere",
            Self::KeyUnusable => "key-unusable",
            Self::NoRoom => "no-room",
        }
    }
}

/// Response to `POST /agent/activate`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activated {
    /// Serial number, lower-case hex.
    pub serial: String,
    /// End of validity.
    pub not_after: Timestamp,
    /// Always `active`.
    pub state: String,
}

pub(super) fn expose<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose())
}
