//! Enrolment requests: made by the page, picked up once by the agent, finished once.

use jiff::Timestamp;
use sqlx::any::AnyRow;

use super::row::Row;
use super::text_enum::text_enum;
use super::{Db, StoreError, Tx};

text_enum! {
    /// What is asked for.
    pub enum Action {
        /// A first certificate, or one after a revocation.
        Enroll => "enroll",
        /// The successor of an active certificate.
        Renew => "renew",
    }
}

text_enum! {
    /// Where a request stands.
    pub enum State {
        /// Waiting for the agent.
        Created => "created",
        /// The agent has its credential.
        PickedUp => "picked_up",
        /// The certificate is active.
        Done => "done",
        /// Ended without.
        Failed => "failed",
    }
}

/// A request to be made.
#[derive(Debug, Clone)]
pub struct NewRequest {
    /// Id, as it is in the link.
    pub id: String,
    /// Whose certificate.
    pub user_id: String,
    /// What for.
    pub action: Action,
    /// The grant it will use, for a first certificate.
    pub grant_id: Option<String>,
    /// Digest of the cookie of the browser that asked, hex.
    pub browser_binding_sha256: String,
    /// What page and agent both show.
    pub comparison_code: String,
    /// Now.
    pub created_at: Timestamp,
    /// The agent must have picked it up before.
    pub pickup_expires_at: Timestamp,
    /// It must be finished before.
    pub expires_at: Timestamp,
}

/// A request's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolmentRequest {
    /// Id.
    pub id: String,
    /// Whose certificate.
    pub user_id: String,
    /// What for.
    pub action: Action,
    /// The grant it will use.
    pub grant_id: Option<String>,
    /// Digest of the browser's cookie, hex.
    pub browser_binding_sha256: String,
    /// Digest of the credential, hex, once picked up.
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
    /// When picked up.
    pub picked_up_at: Option<Timestamp>,
    /// When finished.
    pub finished_at: Option<Timestamp>,
    /// The certificate it led to.
    pub certificate_id: Option<String>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, user_id, action, grant_id, browser_binding_sha256, credential_sha256, comparison_code, state, \
             progress, failure_code, created_at, pickup_expires_at, expires_at, picked_up_at, finished_at, \
             certificate_id FROM enrolment_requests ",
            $rest
        )
    };
}

impl EnrolmentRequest {
    fn read(row: &AnyRow) -> Result<Self, StoreError> {
        let row = Row::new("enrolment_requests", row);
        Ok(EnrolmentRequest {
            id: row.text("id")?,
            user_id: row.text("user_id")?,
            action: row.word("action")?,
            grant_id: row.opt_text("grant_id")?,
            browser_binding_sha256: row.text("browser_binding_sha256")?,
            credential_sha256: row.opt_text("credential_sha256")?,
            comparison_code: row.text("comparison_code")?,
            state: row.word("state")?,
            progress: row.opt_text("progress")?,
            failure_code: row.opt_text("failure_code")?,
            created_at: row.time("created_at")?,
            pickup_expires_at: row.time("pickup_expires_at")?,
            expires_at: row.time("expires_at")?,
            picked_up_at: row.opt_time("picked_up_at")?,
            finished_at: row.opt_time("finished_at")?,
            certificate_id: row.opt_text("certificate_id")?,
        })
    }
}

/// Makes a request.
pub async fn create(tx: &mut Tx, new: &NewRequest) -> Result<(), StoreError> {
    let statement = sqlx::query(
        "INSERT INTO enrolment_requests (id, user_id, action, grant_id, browser_binding_sha256, comparison_code, \
         state, created_at, pickup_expires_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, 'created', $7, $8, $9)",
    )
    .bind(new.id.clone())
    .bind(new.user_id.clone())
    .bind(new.action.as_str())
    .bind(new.grant_id.clone())
    .bind(new.browser_binding_sha256.clone())
    .bind(new.comparison_code.clone())
    .bind(new.created_at.as_second())
    .bind(new.pickup_expires_at.as_second())
    .bind(new.expires_at.as_second());
    tx.change(statement).await.map(drop)
}

/// By id.
pub async fn find(db: impl Into<Db<'_>>, id: &str) -> Result<Option<EnrolmentRequest>, StoreError> {
    let statement = sqlx::query(select!("WHERE id = $1")).bind(id.to_owned());
    db.into()
        .optional(statement)
        .await?
        .as_ref()
        .map(EnrolmentRequest::read)
        .transpose()
}

/// The user's requests that are neither done nor failed nor past their time, newest first.
pub async fn open_for_user(
    db: impl Into<Db<'_>>,
    user_id: &str,
    now: Timestamp,
) -> Result<Vec<EnrolmentRequest>, StoreError> {
    let statement = sqlx::query(select!(
        "WHERE user_id = $1 AND state IN ('created', 'picked_up') AND expires_at > $2 \
         ORDER BY created_at DESC, id DESC LIMIT 100"
    ))
    .bind(user_id.to_owned())
    .bind(now.as_second());
    db.into()
        .all(statement)
        .await?
        .iter()
        .map(EnrolmentRequest::read)
        .collect()
}

/// Hands the request to the agent, once: false when it was picked up before, is over, or came too late.
pub async fn pick_up(
    tx: &mut Tx,
    id: &str,
    credential_sha256: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let statement = sqlx::query(
        "UPDATE enrolment_requests SET state = 'picked_up', credential_sha256 = $2, picked_up_at = $3 \
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
        "UPDATE enrolment_requests SET progress = $2 WHERE id = $1 AND state = 'picked_up'",
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
        "UPDATE enrolment_requests SET state = $2, certificate_id = $3, failure_code = $4, finished_at = $5 \
         WHERE id = $1 AND state IN ('created', 'picked_up')",
    )
    .bind(id.to_owned())
    .bind(state.as_str())
    .bind(certificate_id.map(str::to_owned))
    .bind(failure_code.map(str::to_owned))
    .bind(at.as_second());
    Ok(tx.change(statement).await? == 1)
}
