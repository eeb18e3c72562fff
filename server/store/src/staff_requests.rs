//! Requests for certificates of the bank's staff: made by a page, picked up once by the agent, finished once.

use jiff::Timestamp;
use sqlx::any::AnyRow;

pub use super::requests::State;
use super::row::Row;
use super::{Db, StoreError, Tx};

/// What a request depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ground {
    /// What two officers handed over: the digest of its first half, hex.
    Handover(String),
    /// The certificate to be replaced, by id.
    Renewal(String),
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffRequest {
    /// Id, as it is in the link.
    pub id: String,
    /// Whose certificate.
    pub staff_id: String,
    /// What it depends on.
    pub ground: Ground,
    /// Digest of the cookie of the browser that asked, hex.
    pub browser_binding_sha256: String,
    /// Digest of the agent's credential, hex, once picked up.
    pub credential_sha256: Option<String>,
    /// What page and agent both show.
    pub comparison_code: String,
    /// Where it stands.
    pub state: State,
    /// The agent's last word on how far it is.
    pub progress: Option<String>,
    /// Why it failed.
    pub failure_code: Option<String>,
    /// When made.
    pub created_at: Timestamp,
    /// Pick-up before.
    pub pickup_expires_at: Timestamp,
    /// Finished before.
    pub expires_at: Timestamp,
    /// The certificate it led to.
    pub certificate_id: Option<String>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, staff_id, handover_sha256, replaces, browser_binding_sha256, credential_sha256, \
             comparison_code, state, progress, failure_code, created_at, pickup_expires_at, expires_at, \
             certificate_id FROM staff_requests ",
            $rest
        )
    };
}

impl StaffRequest {
    fn read(row: &AnyRow) -> Result<Self, StoreError> {
        let row = Row::new("staff_requests", row);
        let ground = match row.opt_text("handover_sha256")? {
            Some(digest) => Ground::Handover(digest),
            None => Ground::Renewal(row.text("replaces")?),
        };
        Ok(Self {
            id: row.text("id")?,
            staff_id: row.text("staff_id")?,
            ground,
            browser_binding_sha256: row.text("browser_binding_sha256")?,
            credential_sha256: row.opt_text("credential_sha256")?,
            comparison_code: row.text("comparison_code")?,
            state: row.word("state")?,
            progress: row.opt_text("progress")?,
            failure_code: row.opt_text("failure_code")?,
            created_at: row.time("created_at")?,
            pickup_expires_at: row.time("pickup_expires_at")?,
            expires_at: row.time("expires_at")?,
            certificate_id: row.opt_text("certificate_id")?,
        })
    }
}

/// Makes a request; what only later steps set is not looked at.
pub async fn create(tx: &mut Tx, new: &StaffRequest) -> Result<(), StoreError> {
    let (handover, replaces) = match &new.ground {
        Ground::Handover(digest) => (Some(digest.clone()), None),
        Ground::Renewal(certificate) => (None, Some(certificate.clone())),
    };
    let statement = sqlx::query(
        "INSERT INTO staff_requests (id, staff_id, handover_sha256, replaces, browser_binding_sha256, \
         comparison_code, state, created_at, pickup_expires_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, 'created', $7, $8, $9)",
    )
    .bind(new.id.clone())
    .bind(new.staff_id.clone())
    .bind(handover)
    .bind(replaces)
    .bind(new.browser_binding_sha256.clone())
    .bind(new.comparison_code.clone())
    .bind(new.created_at.as_second())
    .bind(new.pickup_expires_at.as_second())
    .bind(new.expires_at.as_second());
    tx.change(statement).await.map(drop)
}

/// By id.
pub async fn find(db: impl Into<Db<'_>>, id: &str) -> Result<Option<StaffRequest>, StoreError> {
    let statement = sqlx::query(select!("WHERE id = $1")).bind(id.to_owned());
    let row = db.into().optional(statement).await?;
    row.as_ref().map(StaffRequest::read).transpose()
}

/// The account's requests that are neither done nor failed nor past their time, newest first.
pub async fn open_for_staff(
    db: impl Into<Db<'_>>,
    staff_id: &str,
    now: Timestamp,
) -> Result<Vec<StaffRequest>, StoreError> {
    let statement = sqlx::query(select!(
        "WHERE staff_id = $1 AND state IN ('created', 'picked_up') AND expires_at > $2 \
         ORDER BY created_at DESC, id DESC LIMIT 100"
    ))
    .bind(staff_id.to_owned())
    .bind(now.as_second());
    let rows = db.into().all(statement).await?;
    rows.iter().map(StaffRequest::read).collect()
}

/// Hands the request to the agent, once: false when it was picked up before, is over, or came too late.
pub async fn pick_up(
    tx: &mut Tx,
    id: &str,
    credential_sha256: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let statement = sqlx::query(
        "UPDATE staff_requests SET state = 'picked_up', credential_sha256 = $2, picked_up_at = $3 \
         WHERE id = $1 AND state = 'created' AND pickup_expires_at > $3",
    )
    .bind(id.to_owned())
    .bind(credential_sha256.to_owned())
    .bind(now.as_second());
    Ok(tx.change(statement).await? == 1)
}

/// Notes how far the agent is (no audit row needed). False when the request is not in the agent's hands.
pub async fn set_progress(tx: &mut Tx, id: &str, progress: &str) -> Result<bool, StoreError> {
    let statement = sqlx::query(
        "UPDATE staff_requests SET progress = $2 WHERE id = $1 AND state = 'picked_up'",
    )
    .bind(id.to_owned())
    .bind(progress.to_owned());
    Ok(tx.upkeep(statement).await? == 1)
}

/// Ends a request as `done` (with its certificate) or `failed` (with a code). False when it had ended before.
pub async fn finish(
    tx: &mut Tx,
    id: &str,
    state: State,
    certificate_id: Option<&str>,
    failure_code: Option<&str>,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let statement = sqlx::query(
        "UPDATE staff_requests SET state = $2, certificate_id = $3, failure_code = $4, finished_at = $5 \
         WHERE id = $1 AND state IN ('created', 'picked_up')",
    )
    .bind(id.to_owned())
    .bind(state.as_str())
    .bind(certificate_id.map(str::to_owned))
    .bind(failure_code.map(str::to_owned))
    .bind(at.as_second());
    Ok(tx.change(statement).await? == 1)
}
