//! Enrolment requests of customers and staff: made by a page or by the agent alone, picked up once, finished once.

use jiff::Timestamp;

use super::row::Row;
use super::sql::{Record, query};
use super::subject::Subject;
use super::text_enum::text_enum;
use super::{Db, StoreError, Tx};

text_enum! {
    /// The state of a request.
    pub enum State {
        /// Waiting for the agent.
        Created => "created",
        /// The agent has its credential.
        PickedUp => "picked_up",
        /// The certificate is active.
        Done => "done",
        /// Ended without a certificate.
        Failed => "failed",
    }
}

/// What authorizes the certificate of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authorization {
    /// A user's grant, by id.
    Grant(String),
    /// A staff account's split activation code, by its digest (hex).
    ActivationCode(String),
    /// The certificate to be renewed, by id.
    Certificate(String),
}

impl Authorization {
    /// From the three columns; exactly one is set, which the schema enforces.
    fn of(
        grant_id: Option<String>,
        activation_code_sha256: Option<String>,
        replaces: Option<String>,
    ) -> Option<Self> {
        match (grant_id, activation_code_sha256, replaces) {
            (Some(id), None, None) => Some(Self::Grant(id)),
            (None, Some(digest), None) => Some(Self::ActivationCode(digest)),
            (None, None, Some(id)) => Some(Self::Certificate(id)),
            _ => None,
        }
    }
}

/// A request to be created.
#[derive(Debug, Clone)]
pub struct NewRequest {
    /// Id, part of the link.
    pub id: String,
    /// Future holder of the certificate.
    pub subject: Subject,
    /// Its authorization.
    pub authorization: Authorization,
    /// Digest of the cookie of the browser that made it, hex.
    pub browser_binding_sha256: String,
    /// Shown by page and agent.
    pub comparison_code: String,
    /// Now.
    pub created_at: Timestamp,
    /// Deadline for the pick-up by the agent.
    pub pickup_expires_at: Timestamp,
    /// Deadline for everything.
    pub expires_at: Timestamp,
}

/// A request's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolmentRequest {
    /// Id, part of the link.
    pub id: String,
    /// Future holder of the certificate.
    pub subject: Subject,
    /// Its authorization.
    pub authorization: Authorization,
    /// Digest of the browser's cookie, hex.
    pub browser_binding_sha256: String,
    /// Digest of the agent's credential, hex, once picked up.
    pub credential_sha256: Option<String>,
    /// Shown by page and agent.
    pub comparison_code: String,
    /// Its state.
    pub state: State,
    /// The step that the agent reported last.
    pub progress: Option<String>,
    /// Why it failed.
    pub failure_code: Option<String>,
    /// Time of its creation.
    pub created_at: Timestamp,
    /// Deadline for the pick-up.
    pub pickup_expires_at: Timestamp,
    /// Deadline for everything.
    pub expires_at: Timestamp,
    /// Time of the pick-up.
    pub picked_up_at: Option<Timestamp>,
    /// Time of its end.
    pub finished_at: Option<Timestamp>,
    /// The resulting certificate.
    pub certificate_id: Option<String>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, user_id, staff_id, grant_id, activation_code_sha256, replaces, browser_binding_sha256, \
             credential_sha256, comparison_code, state, progress, failure_code, created_at, pickup_expires_at, \
             expires_at, picked_up_at, finished_at, certificate_id FROM enrolment_requests ",
            $rest
        )
    };
}

impl EnrolmentRequest {
    fn read(row: &Record) -> Result<Self, StoreError> {
        let row = Row::new("enrolment_requests", row);
        let subject = Subject::of(row.opt_text("user_id")?, row.opt_text("staff_id")?);
        let authorization = Authorization::of(
            row.opt_text("grant_id")?,
            row.opt_text("activation_code_sha256")?,
            row.opt_text("replaces")?,
        );
        Ok(EnrolmentRequest {
            id: row.text("id")?,
            subject: subject.ok_or_else(|| row.bad("user_id", "not exactly one subject".into()))?,
            authorization: authorization
                .ok_or_else(|| row.bad("grant_id", "not exactly one authorization".into()))?,
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

/// Creates a request.
pub async fn create(tx: &mut Tx, new: &NewRequest) -> Result<(), StoreError> {
    let (mut grant_id, mut activation_code, mut replaces) = (None, None, None);
    match &new.authorization {
        Authorization::Grant(id) => grant_id = Some(id.clone()),
        Authorization::ActivationCode(digest) => activation_code = Some(digest.clone()),
        Authorization::Certificate(id) => replaces = Some(id.clone()),
    }
    let statement = query(
        "INSERT INTO enrolment_requests (id, user_id, staff_id, grant_id, activation_code_sha256, replaces, \
         browser_binding_sha256, comparison_code, state, created_at, pickup_expires_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'created', $9, $10, $11)",
    )
    .bind(new.id.clone())
    .bind(new.subject.user_id().map(str::to_owned))
    .bind(new.subject.staff_id().map(str::to_owned))
    .bind(grant_id)
    .bind(activation_code)
    .bind(replaces)
    .bind(new.browser_binding_sha256.clone())
    .bind(new.comparison_code.clone())
    .bind(new.created_at.as_second())
    .bind(new.pickup_expires_at.as_second())
    .bind(new.expires_at.as_second());
    tx.change(statement).await.map(drop)
}

/// By id.
pub async fn find(db: impl Into<Db<'_>>, id: &str) -> Result<Option<EnrolmentRequest>, StoreError> {
    let statement = query(select!("WHERE id = $1")).bind(id.to_owned());
    db.into()
        .optional(statement)
        .await?
        .as_ref()
        .map(EnrolmentRequest::read)
        .transpose()
}

/// The subject's requests that are neither done nor failed nor expired, newest first.
pub async fn open_for(
    db: impl Into<Db<'_>>,
    subject: &Subject,
    now: Timestamp,
) -> Result<Vec<EnrolmentRequest>, StoreError> {
    let (statement, id) = match subject {
        Subject::User(id) => (
            select!(
                "WHERE user_id = $1 AND state IN ('created', 'picked_up') AND expires_at > $2 \
                 ORDER BY created_at DESC, id DESC LIMIT 100"
            ),
            id,
        ),
        Subject::Staff(id) => (
            select!(
                "WHERE staff_id = $1 AND state IN ('created', 'picked_up') AND expires_at > $2 \
                 ORDER BY created_at DESC, id DESC LIMIT 100"
            ),
            id,
        ),
    };
    let statement = query(statement).bind(id.clone()).bind(now.as_second());
    let rows = db.into().all(statement).await?;
    rows.iter().map(EnrolmentRequest::read).collect()
}

/// Marks the request as picked up, once: false if it was picked up before, has ended, or is past its deadline.
pub async fn pick_up(
    tx: &mut Tx,
    id: &str,
    credential_sha256: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let statement = query(
        "UPDATE enrolment_requests SET state = 'picked_up', credential_sha256 = $2, picked_up_at = $3 \
         WHERE id = $1 AND state = 'created' AND pickup_expires_at > $3",
    )
    .bind(id.to_owned())
    .bind(credential_sha256.to_owned())
    .bind(now.as_second());
    Ok(tx.change(statement).await? == 1)
}

/// Notes the agent's step (no audit row needed). False if the request is not picked up, or has ended.
pub async fn set_progress(tx: &mut Tx, id: &str, progress: &str) -> Result<bool, StoreError> {
    let statement =
        query("UPDATE enrolment_requests SET progress = $2 WHERE id = $1 AND state = 'picked_up'")
            .bind(id.to_owned())
            .bind(progress.to_owned());
    Ok(tx.upkeep(statement).await? == 1)
}

/// How a request ends.
#[derive(Debug, Clone, Copy)]
pub enum Outcome<'a> {
    /// With this certificate, by id.
    Done(&'a str),
    /// Without one, for the reason with this code.
    Failed(&'a str),
}

/// Ends a request. False if it had ended before.
pub async fn finish(
    tx: &mut Tx,
    id: &str,
    outcome: Outcome<'_>,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let (state, certificate_id, failure_code) = match outcome {
        Outcome::Done(certificate_id) => (State::Done, Some(certificate_id), None),
        Outcome::Failed(code) => (State::Failed, None, Some(code)),
    };
    let statement = query(
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

/// Ends every open request of a subject; returns their number.
pub async fn finish_all(
    tx: &mut Tx,
    subject: &Subject,
    outcome: Outcome<'_>,
    at: Timestamp,
) -> Result<u64, StoreError> {
    let mut ended = 0;
    for open in open_for(&mut *tx, subject, at).await? {
        if finish(tx, &open.id, outcome, at).await? {
            ended += 1;
        }
    }
    Ok(ended)
}
