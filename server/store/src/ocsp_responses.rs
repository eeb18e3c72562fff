//! OCSP responses signed in advance, shared by all instances and kept over a restart. A cache: the state of a
//! certificate is in [`certificates`](super::certificates), and read together with the response.

use jiff::Timestamp;

use super::certificates::{Ca, State};
use super::row::Row;
use super::sql::{Record, query};
use super::{Db, StoreError, Tx};

/// A response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredResponse {
    /// Serial number, lower-case hex.
    pub serial: String,
    /// Digest that identifies the CA in it: `sha1`, `sha256`.
    pub digest: &'static str,
    /// Which CA.
    pub ca: Ca,
    /// The state that it states.
    pub state: State,
    /// The whole response, DER.
    pub der: Vec<u8>,
    /// thisUpdate.
    pub this_update: Timestamp,
    /// nextUpdate.
    pub next_update: Timestamp,
    /// End of the certificate's validity.
    pub certificate_end: Timestamp,
}

/// State of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateStatus {
    /// Serial number, lower-case hex.
    pub serial: String,
    /// Which CA.
    pub ca: Ca,
    /// State.
    pub state: State,
    /// Since when it is inactive.
    pub ended_at: Option<Timestamp>,
    /// Why.
    pub reason: Option<String>,
    /// End of its validity.
    pub not_after: Timestamp,
}

impl CertificateStatus {
    fn read(row: &Record) -> Result<Self, StoreError> {
        let row = Row::new("certificates", row);
        Ok(Self {
            serial: row.text("serial")?,
            ca: Ca {
                issuer: row.word("issuer")?,
                generation: row.count("generation")?,
            },
            state: row.word("state")?,
            ended_at: row.opt_time("ended_at")?,
            reason: row.opt_text("reason")?,
            not_after: row.time("not_after")?,
        })
    }
}

/// Bytes and times of a stored response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The state that it states.
    pub state: State,
    /// The whole response, DER.
    pub der: Vec<u8>,
    /// thisUpdate.
    pub this_update: Timestamp,
    /// nextUpdate.
    pub next_update: Timestamp,
}

/// The state of a certificate, and its stored response.
pub async fn find(
    db: impl Into<Db<'_>>,
    serial: &str,
    digest: &'static str,
) -> Result<Option<(CertificateStatus, Option<Kept>)>, StoreError> {
    let statement = query(
        "SELECT c.serial AS serial, c.issuer AS issuer, c.generation AS generation, c.state AS state, c.ended_at AS ended_at, \
         c.reason AS reason, c.not_after AS not_after, a.state AS answer_state, a.der AS der, \
         a.this_update AS this_update, a.next_update AS next_update FROM certificates c \
         LEFT JOIN ocsp_responses a ON a.serial = c.serial AND a.digest = $2 WHERE c.serial = $1",
    )
    .bind(serial.to_owned())
    .bind(digest);
    let Some(found) = db.into().optional(statement).await? else {
        return Ok(None);
    };
    let certificate_status = CertificateStatus::read(&found)?;
    let row = Row::new("ocsp_responses", &found);
    let Some(der) = row.opt_blob("der")? else {
        return Ok(Some((certificate_status, None)));
    };
    let kept = Kept {
        state: row.word("answer_state")?,
        der,
        this_update: row.time("this_update")?,
        next_update: row.time("next_update")?,
    };
    Ok(Some((certificate_status, Some(kept))))
}

/// Issued certificates that have not expired at `now` and have no response for their state made after `older_than`; by
/// serial number after `after`.
pub async fn wanted(
    db: impl Into<Db<'_>>,
    digest: &'static str,
    now: Timestamp,
    older_than: Timestamp,
    after: &str,
    limit: i64,
) -> Result<Vec<CertificateStatus>, StoreError> {
    let statement = query(
        "SELECT c.serial AS serial, c.issuer AS issuer, c.generation AS generation, c.state AS state, c.ended_at AS ended_at, \
         c.reason AS reason, c.not_after AS not_after FROM certificates c \
         LEFT JOIN ocsp_responses a ON a.serial = c.serial AND a.digest = $1 AND a.state = c.state \
         AND a.this_update > $3 AND a.this_update <= $2 \
         WHERE c.serial > $4 AND c.state NOT IN ('intent', 'abandoned') AND c.not_after >= $2 \
         AND a.serial IS NULL ORDER BY c.serial LIMIT $5",
    )
    .bind(digest)
    .bind(now.as_second())
    .bind(older_than.as_second())
    .bind(after.to_owned())
    .bind(limit);
    let rows = db.into().all(statement).await?;
    rows.iter().map(CertificateStatus::read).collect()
}

/// Stores a response, replacing an older one.
pub async fn keep(tx: &mut Tx, answer: &StoredResponse) -> Result<(), StoreError> {
    let statement = query(
        "INSERT INTO ocsp_responses (serial, digest, issuer, state, der, this_update, next_update, certificate_end) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (serial, digest) DO UPDATE SET state = excluded.state, \
         der = excluded.der, this_update = excluded.this_update, next_update = excluded.next_update",
    )
    .bind(answer.serial.clone())
    .bind(answer.digest)
    .bind(answer.ca.issuer.as_str())
    .bind(answer.state.as_str())
    .bind(answer.der.clone())
    .bind(answer.this_update.as_second())
    .bind(answer.next_update.as_second())
    .bind(answer.certificate_end.as_second());
    tx.upkeep(statement).await.map(drop)
}

/// Deletes responses for certificates that expired before `at`.
pub async fn forget_before(tx: &mut Tx, at: Timestamp) -> Result<u64, StoreError> {
    let statement =
        query("DELETE FROM ocsp_responses WHERE certificate_end < $1").bind(at.as_second());
    tx.upkeep(statement).await
}
