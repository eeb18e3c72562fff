//! The state of the system for the security officer: HSM, keys, CAs, CRLs, mail, scheduled work, the audit chain.

use inkan_pki::pkcs11::pin_attempts::PinHalt;
use inkan_pki::spki::algorithm_of;
use inkan_pki::x509::fingerprint::sha256_hex;
use inkan_pki::x509::summary::CertificateSummary;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::call::{Asked, NoQuery};
use crate::http::failure::Failure;
use crate::services::certificates::status::on_record;
use crate::services::records::{KeyFound, KeyState, SigningFault, UnitState};

/// The HSM.
#[derive(Debug, Serialize, ToSchema)]
pub struct Hsm {
    /// Its name in the configuration.
    #[schema(example = "first")]
    pub name: String,
    /// `up`, `recovering`, `down`, `pin-refused`, `sealed` or `stopped`.
    #[schema(example = "up")]
    pub state: &'static str,
    /// Whether it leaves signatures without an answer, so that another HSM is used.
    pub overdue: bool,
    /// Reason why no PIN is sent: `refused`, `never-worked`, `attempt-counted`, `unclear-answers`, `final-try`, `locked` or `not-set`.
    pub pin_halt: Option<&'static str>,
    /// Workers with a session.
    pub workers: usize,
    /// Configured workers.
    pub workers_configured: usize,
    /// Signatures that wait.
    pub queue_length: usize,
    /// Signatures that may wait.
    pub queue_capacity: usize,
    /// Calls that did not return, since the start.
    pub quarantined_total: u64,
    /// The last fault.
    pub last_fault: Option<String>,
    /// The keys.
    pub keys: Vec<Key>,
}

/// A key in the HSM.
#[derive(Debug, Serialize, ToSchema)]
pub struct Key {
    /// Name in the configuration.
    pub id: String,
    /// `ready`, `missing`, `wrong` or `unknown`.
    #[schema(example = "ready")]
    pub found: &'static str,
    /// Problem with its signatures: `refused`, `wrong` or `out-of-service`.
    pub signing: Option<&'static str>,
    /// Its algorithm.
    pub algorithm: Option<&'static str>,
    /// SHA-256 of the public key, hex.
    pub spki_sha256: Option<String>,
}

/// A CA certificate.
#[derive(Debug, Serialize, ToSchema)]
pub struct Authority {
    /// CN.
    pub common_name: String,
    /// Serial number, hex.
    pub serial: String,
    /// Expiry.
    pub not_after: Timestamp,
    /// Expiry of its CRL; absent if none is published here.
    pub list_until: Option<Timestamp>,
}

/// Scheduled work.
#[derive(Debug, Serialize, ToSchema)]
pub struct Job {
    /// Its name.
    pub name: String,
    /// `running`, `failed`, `late` or `waiting`.
    pub state: &'static str,
    /// `done` or `failed`; absent before the first run.
    pub outcome: Option<&'static str>,
    /// End of the last run.
    pub finished_at: Option<Timestamp>,
    /// Next run.
    pub next_at: Timestamp,
    /// Consecutive failures.
    pub failures: u32,
}

/// The last signed head of the audit chain.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignedHead {
    /// The row.
    pub seq: i64,
    /// Its hash.
    pub hash: String,
    /// When.
    pub at: Timestamp,
    /// SHA-256 of the public key, hex.
    pub key_sha256: String,
}

/// The state of what the server depends on.
#[derive(Debug, Serialize, ToSchema)]
pub struct Security {
    /// Whether the database responds.
    pub store: bool,
    /// The HSM, or the first one of several.
    pub hsm: Hsm,
    /// The other HSMs.
    pub additional_hsms: Vec<Hsm>,
    /// Every CA, the root last.
    pub authorities: Vec<Authority>,
    /// Messages that wait.
    pub mails_waiting: i64,
    /// Messages that were given up.
    pub mails_undelivered: i64,
    /// Scheduled work.
    pub jobs: Vec<Job>,
    /// The last signed head of the audit chain.
    pub audit_head: Option<SignedHead>,
}

/// `GET /api/v1/security`.
pub async fn show(asked: Asked<NoQuery>) -> Result<Security, Failure> {
    let (services, now) = (&asked.call.app.services, asked.call.context.now);
    let health = services.health(now).await;
    let authority = services.authority();
    let hsm = |unit: &UnitState| {
        let key = |one: &KeyState| key(one, authority.hsms().public_key(&one.id));
        hsm(unit, unit.pool.keys.iter().map(key).collect())
    };
    let mut authorities = Vec::new();
    for ca in authority.cas() {
        let left = services.crl_seconds_left(on_record(ca.id), now).await?;
        let until = left.and_then(|left| Timestamp::from_second(now.as_second() + left).ok());
        authorities.extend(read(&ca.certificate, until));
    }
    authorities.extend(read(authority.root(), None));
    let (mails_waiting, mails_undelivered) = asked.accounts().mail_counts().await?;
    let jobs = services.job_reports(now).await?.into_iter();
    let last = services.last_checkpoint().await?;
    Ok(Security {
        store: health.store.is_none(),
        hsm: hsm(&health.hsms.first),
        additional_hsms: health.hsms.additional.iter().map(hsm).collect(),
        authorities,
        mails_waiting,
        mails_undelivered,
        jobs: jobs
            .map(|job| Job {
                name: job.name,
                state: job.state.as_str(),
                outcome: job.outcome,
                finished_at: job.finished_at,
                next_at: job.next_at,
                failures: job.failures,
            })
            .collect(),
        audit_head: last.map(|one| SignedHead {
            seq: one.seq,
            key_sha256: one.key_sha256(),
            at: one.at,
            hash: one.hash,
        }),
    })
}

fn hsm(unit: &UnitState, keys: Vec<Key>) -> Hsm {
    let state = &unit.pool;
    let fault = state.last_error.as_ref();
    Hsm {
        name: unit.name.clone(),
        overdue: unit.overdue,
        state: state.phase.as_str(),
        pin_halt: state.pin_halt.map(PinHalt::code),
        workers: state.workers,
        workers_configured: state.workers_configured,
        queue_length: state.queue_length,
        queue_capacity: state.queue_capacity,
        quarantined_total: state.quarantined_total,
        last_fault: fault.map(|fault| format!("{}: {}", fault.operation, fault.detail)),
        keys,
    }
}

fn key(state: &KeyState, spki: Option<Vec<u8>>) -> Key {
    let algorithm = spki.as_deref().and_then(|spki| algorithm_of(spki).ok());
    Key {
        id: state.id.clone(),
        found: match state.found {
            KeyFound::Unknown => "unknown",
            KeyFound::Ready => "ready",
            KeyFound::Missing => "missing",
            KeyFound::Wrong => "wrong",
        },
        signing: state.signing.as_ref().map(|fault| match fault {
            SigningFault::Refused(_) => "refused",
            SigningFault::Wrong(_) => "wrong",
            SigningFault::OutOfService(_) => "out-of-service",
        }),
        algorithm: algorithm.map(|algorithm| algorithm.as_str()),
        spki_sha256: spki.map(|spki| sha256_hex(&spki)),
    }
}

fn read(certificate: &[u8], list_until: Option<Timestamp>) -> Option<Authority> {
    let summary = CertificateSummary::parse(certificate).ok()?;
    Some(Authority {
        common_name: summary.common_name,
        serial: summary.serial,
        not_after: summary.not_after,
        list_until,
    })
}
