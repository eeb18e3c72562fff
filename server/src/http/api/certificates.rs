//! Customers' certificates: their state, and 事故登録.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::call::{Asked, Command, NoQuery};
use super::proposals::ProposalHead;
use super::users::Note;
use super::word;
use crate::http::failure::Failure;
use crate::services::approvals::Kind;
use crate::services::records;

/// A certificate.
#[derive(Debug, Serialize, ToSchema)]
pub struct Certificate {
    /// Id.
    pub id: String,
    /// Serial number, lower-case hex.
    pub serial: String,
    /// Whose.
    pub user_id: Option<String>,
    /// State.
    pub state: word::CertificateState,
    /// SHA-256 of the certificate, hex, once it is signed.
    pub sha256: Option<String>,
    /// Start of validity.
    pub not_before: Timestamp,
    /// End of validity.
    pub not_after: Timestamp,
    /// Time when it was recorded.
    pub created_at: Timestamp,
    /// Time of the signature.
    pub issued_at: Option<Timestamp>,
    /// Time of its activation.
    pub activated_at: Option<Timestamp>,
    /// Time when it was superseded, suspended, revoked or abandoned.
    pub ended_at: Option<Timestamp>,
    /// Reason, by its name in RFC 5280.
    #[schema(example = "keyCompromise")]
    pub reason: Option<String>,
    /// The certificate that it renews.
    pub replaces: Option<String>,
}

impl From<&records::Certificate> for Certificate {
    fn from(row: &records::Certificate) -> Self {
        Self {
            id: row.id.clone(),
            serial: row.serial.clone(),
            user_id: row.user_id.clone(),
            state: row.state.into(),
            sha256: row.sha256.clone(),
            not_before: row.not_before,
            not_after: row.not_after,
            created_at: row.created_at,
            issued_at: row.issued_at,
            activated_at: row.activated_at,
            ended_at: row.ended_at,
            reason: row.reason.clone(),
            replaces: row.replaces.clone(),
        }
    }
}

/// A certificate with its owner.
#[derive(Debug, Serialize, ToSchema)]
pub struct CertificateDetail {
    /// The certificate.
    pub certificate: Certificate,
    /// The contract of its user.
    pub contract_id: Option<String>,
    /// The certificate itself (DER) in base64, once it is signed.
    pub der: Option<String>,
}

/// `GET /api/v1/certificates/{id}`.
pub async fn read(asked: Asked<NoQuery>) -> Result<CertificateDetail, Failure> {
    let accounts = asked.accounts();
    let subject = accounts
        .proposal_subject(Kind::Revoke, &asked.call.id)
        .await?;
    let found = subject.certificate.as_ref();
    let found = found.ok_or_else(|| Failure::fault(&"subject without certificate"))?;
    Ok(CertificateDetail {
        certificate: found.into(),
        contract_id: subject.contract.as_ref().map(|one| one.id.clone()),
        der: found.der.as_ref().map(|der| STANDARD.encode(der)),
    })
}

/// `POST /api/v1/certificates/{id}/incident`.
pub async fn incident(command: Command<Note>) -> Result<ProposalHead, Failure> {
    let (accounts, form) = (command.accounts(), command.body.form());
    let entered = accounts.report_incident(command.context(), &command.call.id, &form);
    Ok((&entered.await?).into())
}
