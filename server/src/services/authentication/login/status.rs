//! The state of a certificate that a browser or agent presents. TLS has checked that it chains to the customer CA; here
//! it must be the registered one, byte for byte.

use inkan_pki::x509::summary::serial_hex;
use jiff::Timestamp;
use serde_json::json;

use crate::services::certificates::lifecycle::EXPIRED;
use crate::services::certificates::status::Ended;
use crate::services::{Caller, Error, Fault, Refusal, RequestContext, Result, Services};
use crate::store::audit::AuditAction;
use crate::store::certificates::{self, Certificate, Issuer, State};
use crate::store::contracts::{self, Contract};
use crate::store::users::{self, User};
use crate::store::{Db, id};

/// Octets of a serial number, sign octet included (RFC 5280 section 4.1.2.2).
const LONGEST_SERIAL: usize = 21;

/// Why a certificate is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CertificateRefusal {
    /// Not the registered one: chains, but is not recorded (R5: treated as impersonation).
    Unknown,
    /// Its enrolment was not finished: the agent has not proved it yet.
    NotYetActive,
    /// Its validity has not begun.
    NotYetValid,
    /// It has expired.
    Expired,
    /// Its successor is in use.
    Superseded,
    /// Suspended (事故登録).
    Suspended,
    /// 失効.
    Revoked,
    /// 解約.
    ContractCancelled,
}

impl CertificateRefusal {
    /// Every one of them.
    pub const ALL: [Self; 8] = [
        Self::Unknown,
        Self::NotYetActive,
        Self::NotYetValid,
        Self::Expired,
        Self::Superseded,
        Self::Suspended,
        Self::Revoked,
        Self::ContractCancelled,
    ];

    /// Stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unknown => "certificate-unknown",
            Self::NotYetActive => "certificate-not-yet-active",
            Self::NotYetValid => "certificate-not-yet-valid",
            Self::Expired => "certificate-expired",
            Self::Superseded => "certificate-superseded",
            Self::Suspended => "certificate-suspended",
            Self::Revoked => "certificate-revoked",
            Self::ContractCancelled => "certificate-contract-cancelled",
        }
    }

    /// Whether a new certificate is what its owner may need, once the branch has approved it. The owner of a suspended
    /// or superseded one has the certificate to use already.
    #[must_use]
    pub const fn may_need_a_new_one(self) -> bool {
        match self {
            Self::Unknown | Self::NotYetActive | Self::Expired | Self::Revoked => true,
            Self::NotYetValid | Self::Superseded | Self::Suspended | Self::ContractCancelled => {
                false
            }
        }
    }
}

/// An active certificate with its owner.
#[derive(Debug, Clone)]
pub struct Registered {
    /// The certificate.
    pub certificate: Certificate,
    /// Whose.
    pub user: User,
    /// Its contract.
    pub contract: Contract,
}

/// Checks a presented certificate (DER) against the current state.
///
/// # Errors
/// [`Refusal::Certificate`] for one that is not registered, active and within its validity period.
pub async fn certificate_status(
    db: impl Into<Db<'_>>,
    presented: &[u8],
    now: Timestamp,
) -> Result<Registered> {
    let mut db = db.into();
    let found = certificates::by_sha256(db.again(), &id::sha256_hex(presented)).await?;
    let certificate = found
        .filter(|row| row.issuer == Issuer::Customer && row.der.as_deref() == Some(presented))
        .ok_or_else(|| refused(CertificateRefusal::Unknown))?;
    owner(db, certificate, now).await
}

/// As [`certificate_status`], for a certificate that was proved earlier; `certificate_id` is the row's.
///
/// # Errors
/// As there.
pub async fn proved_certificate_status(
    db: impl Into<Db<'_>>,
    certificate_id: &str,
    now: Timestamp,
) -> Result<Registered> {
    let mut db = db.into();
    let found = certificates::find(db.again(), certificate_id).await?;
    let certificate = found
        .filter(|row| row.issuer == Issuer::Customer)
        .ok_or_else(|| refused(CertificateRefusal::Unknown))?;
    owner(db, certificate, now).await
}

fn refused(why: CertificateRefusal) -> Error {
    Refusal::Certificate(why).into()
}

/// Its owner, if it is active now.
async fn owner(mut db: Db<'_>, certificate: Certificate, now: Timestamp) -> Result<Registered> {
    let user_id = certificate
        .user_id
        .as_deref()
        .ok_or(Fault::Inconsistent("certificate without user"))?;
    let user = users::find(db.again(), user_id).await?;
    let user = user.ok_or(Fault::Inconsistent("certificate of no user"))?;
    let contract = contracts::find(db, &user.contract_id).await?;
    let contract = contract.ok_or(Fault::Inconsistent("user without contract"))?;
    match refusal(&certificate, contract.status, now) {
        Some(why) => Err(refused(why)),
        None => Ok(Registered {
            certificate,
            user,
            contract,
        }),
    }
}

/// The gravest reason first: a revoked certificate is "revoked" even if it has also expired.
fn refusal(
    row: &Certificate,
    contract: contracts::Status,
    now: Timestamp,
) -> Option<CertificateRefusal> {
    let by_state = match row.state {
        State::Revoked => Some(CertificateRefusal::Revoked),
        State::Suspended => Some(CertificateRefusal::Suspended),
        State::Superseded if row.reason.as_deref() == Some(EXPIRED) => {
            Some(CertificateRefusal::Expired)
        }
        State::Superseded => Some(CertificateRefusal::Superseded),
        State::Intent | State::Abandoned => Some(CertificateRefusal::Unknown),
        State::Issued | State::Active => None,
    };
    let cancelled = contract == contracts::Status::Cancelled;
    by_state
        .or(cancelled.then_some(CertificateRefusal::ContractCancelled))
        .or((now > row.not_after).then_some(CertificateRefusal::Expired))
        .or((now < row.not_before).then_some(CertificateRefusal::NotYetValid))
        .or((row.state == State::Issued).then_some(CertificateRefusal::NotYetActive))
}

impl Services {
    /// The owner of a presented certificate; a refusal is audited.
    ///
    /// # Errors
    /// [`Refusal::Certificate`].
    pub async fn registered(
        &self,
        presented: &[u8],
        caller: Caller,
        now: Timestamp,
    ) -> Result<Registered> {
        // The memory has it as permanently inactive: no need to read the store. A suspension may have been released since.
        let ended = serial_octets(presented)
            .and_then(|serial| self.status_memory().look(Issuer::Customer, &serial));
        if ended == Some(Ended::Revoked) {
            let refusal = Refusal::Certificate(CertificateRefusal::Revoked);
            let accounts = self.accounts();
            accounts
                .refused_certificate(presented, &refusal, caller, now)
                .await?;
            return Err(refusal.into());
        }
        self.accounts().registered(presented, caller, now).await
    }
}

impl crate::services::account_service::AccountService<'_> {
    /// As [`Services::registered`].
    ///
    /// # Errors
    /// [`Refusal::Certificate`].
    pub async fn registered(
        &self,
        presented: &[u8],
        caller: Caller,
        now: Timestamp,
    ) -> Result<Registered> {
        let found = certificate_status(self.store, presented, now).await;
        if let Err(Error::Refused(refusal)) = &found {
            self.refused_certificate(presented, refusal, caller, now)
                .await?;
        }
        found
    }

    /// Records that a certificate was refused.
    async fn refused_certificate(
        &self,
        presented: &[u8],
        refusal: &Refusal,
        caller: Caller,
        now: Timestamp,
    ) -> Result<()> {
        let digest = id::sha256_hex(presented);
        // A registered serial under another key or signature is more serious than a plain stranger's certificate.
        let serial = serial_of(presented);
        let registered = match &serial {
            Some(serial) => certificates::by_serial(self.store, serial).await?.is_some(),
            None => false,
        };
        let context = RequestContext::anonymous(caller, now);
        let entry = context.audit(AuditAction::CertificatePresented, ("certificate", &digest));
        let detail = json!({ "serial": serial, "serial_registered": registered });
        self.audit_refusal(entry.refused(refusal).detail(detail))
            .await
    }
}

/// Serial number as the store writes it.
fn serial_of(der: &[u8]) -> Option<String> {
    serial_octets(der).map(|serial| serial_hex(&serial))
}

/// Serial number octets of a certificate, if they have a valid length.
fn serial_octets(der: &[u8]) -> Option<Vec<u8>> {
    let (_, certificate) = x509_parser::parse_x509_certificate(der).ok()?;
    let serial = certificate.raw_serial();
    (serial.len() <= LONGEST_SERIAL).then(|| serial.to_vec())
}
