//! Logins with the agent: requested by a browser, picked up once and proved by an agent, completed once by that browser.

use jiff::Timestamp;

use super::row::Row;
use super::sql::{Record, Sql, query};
use super::text_enum::text_enum;
use super::{Db, StoreError, Tx};

text_enum! {
    /// State of a login.
    pub enum State {
        /// Waiting for an agent.
        Created => "created",
        /// An agent has its credential.
        PickedUp => "picked_up",
        /// A certificate was proved; the browser has not presented the code yet.
        Proved => "proved",
        /// The browser that made the request has presented the code.
        Done => "done",
        /// Ended without success.
        Failed => "failed",
    }
}

/// A login to be recorded.
#[derive(Debug, Clone)]
pub struct NewAgentLogin {
    /// Id, as it is in the link.
    pub id: String,
    /// Digest of the cookie of the requesting browser, hex.
    pub browser_sha256: String,
    /// What page and agent both show.
    pub comparison_code: String,
    /// Now.
    pub created_at: Timestamp,
    /// Deadline for the pick-up by an agent.
    pub deadline: Timestamp,
}

/// A login's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentLogin {
    /// Id.
    pub id: String,
    /// Digest of the browser's cookie, hex.
    pub browser_sha256: String,
    /// What page and agent both show.
    pub comparison_code: String,
    /// State.
    pub state: State,
    /// Digest of the agent's credential, hex, once picked up.
    pub credential_sha256: Option<String>,
    /// The certificate, once proved.
    pub certificate_id: Option<String>,
    /// Digest of the one-time code, hex, once proved.
    pub code_sha256: Option<String>,
    /// The agent's last progress report.
    pub progress: Option<String>,
    /// Why it failed.
    pub failure_code: Option<String>,
    /// Time of the request.
    pub created_at: Timestamp,
    /// Deadline of the next step.
    pub deadline: Timestamp,
    /// Time when it was done or failed.
    pub finished_at: Option<Timestamp>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, browser_sha256, comparison_code, state, credential_sha256, certificate_id, code_sha256, \
             progress, failure_code, created_at, deadline, finished_at FROM agent_logins ",
            $rest
        )
    };
}

impl AgentLogin {
    fn read(row: &Record) -> Result<Self, StoreError> {
        let row = Row::new("agent_logins", row);
        Ok(AgentLogin {
            id: row.text("id")?,
            browser_sha256: row.text("browser_sha256")?,
            comparison_code: row.text("comparison_code")?,
            state: row.word("state")?,
            credential_sha256: row.opt_text("credential_sha256")?,
            certificate_id: row.opt_text("certificate_id")?,
            code_sha256: row.opt_text("code_sha256")?,
            progress: row.opt_text("progress")?,
            failure_code: row.opt_text("failure_code")?,
            created_at: row.time("created_at")?,
            deadline: row.time("deadline")?,
            finished_at: row.opt_time("finished_at")?,
        })
    }
}

/// Stores a new login.
pub async fn create(tx: &mut Tx, new: &NewAgentLogin) -> Result<(), StoreError> {
    let statement = query(
        "INSERT INTO agent_logins (id, browser_sha256, comparison_code, state, created_at, deadline) \
         VALUES ($1, $2, $3, 'created', $4, $5)",
    )
    .bind(new.id.clone())
    .bind(new.browser_sha256.clone())
    .bind(new.comparison_code.clone())
    .bind(new.created_at.as_second())
    .bind(new.deadline.as_second());
    tx.change(statement).await.map(drop)
}

/// By id.
pub async fn find(db: impl Into<Db<'_>>, id: &str) -> Result<Option<AgentLogin>, StoreError> {
    one(
        db.into(),
        query(select!("WHERE id = $1")).bind(id.to_owned()),
    )
    .await
}

/// By digest of the cookie of the requesting browser.
pub async fn by_browser(
    db: impl Into<Db<'_>>,
    browser_sha256: &str,
) -> Result<Option<AgentLogin>, StoreError> {
    let statement = query(select!("WHERE browser_sha256 = $1")).bind(browser_sha256.to_owned());
    one(db.into(), statement).await
}

/// By digest of the one-time code.
pub async fn by_code(
    db: impl Into<Db<'_>>,
    code_sha256: &str,
) -> Result<Option<AgentLogin>, StoreError> {
    let statement = query(select!("WHERE code_sha256 = $1")).bind(code_sha256.to_owned());
    one(db.into(), statement).await
}

async fn one(db: Db<'_>, statement: Sql) -> Result<Option<AgentLogin>, StoreError> {
    db.optional(statement)
        .await?
        .as_ref()
        .map(AgentLogin::read)
        .transpose()
}

/// Marks the login as picked up, once: false if it was picked up before, has ended, or its deadline has passed.
pub async fn pick_up(
    tx: &mut Tx,
    id: &str,
    credential_sha256: &str,
    now: Timestamp,
    deadline: Timestamp,
) -> Result<bool, StoreError> {
    let statement = query(
        "UPDATE agent_logins SET state = 'picked_up', credential_sha256 = $2, deadline = $4 \
         WHERE id = $1 AND state = 'created' AND deadline > $3",
    )
    .bind(id.to_owned())
    .bind(credential_sha256.to_owned())
    .bind(now.as_second())
    .bind(deadline.as_second());
    Ok(tx.change(statement).await? == 1)
}

/// Records the agent's progress (no audit row needed). False unless the login is picked up.
pub async fn set_progress(tx: &mut Tx, id: &str, progress: &str) -> Result<bool, StoreError> {
    let statement =
        query("UPDATE agent_logins SET progress = $2 WHERE id = $1 AND state = 'picked_up'")
            .bind(id.to_owned())
            .bind(progress.to_owned());
    Ok(tx.upkeep(statement).await? == 1)
}

/// Binds a certificate and a one-time code. For the same certificate again, the new code replaces the earlier one,
/// which becomes invalid, and the deadline stays. False if the login is not picked up, has ended, or has another
/// certificate.
pub async fn prove(
    tx: &mut Tx,
    id: &str,
    certificate_id: &str,
    code_sha256: &str,
    now: Timestamp,
    deadline: Timestamp,
) -> Result<bool, StoreError> {
    let statement = query(
        "UPDATE agent_logins SET deadline = CASE WHEN state = 'proved' THEN deadline ELSE $5 END, state = 'proved', \
         certificate_id = $2, code_sha256 = $3 WHERE id = $1 AND deadline > $4 \
         AND (state = 'picked_up' OR (state = 'proved' AND certificate_id = $2))",
    )
    .bind(id.to_owned())
    .bind(certificate_id.to_owned())
    .bind(code_sha256.to_owned())
    .bind(now.as_second())
    .bind(deadline.as_second());
    Ok(tx.change(statement).await? == 1)
}

/// Completes the login in the browser that presents the code: false if the code is not the last one, was used, or its
/// deadline has passed.
pub async fn complete(
    tx: &mut Tx,
    id: &str,
    code_sha256: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let statement = query(
        "UPDATE agent_logins SET state = 'done', finished_at = $3 \
         WHERE id = $1 AND state = 'proved' AND code_sha256 = $2 AND deadline > $3",
    )
    .bind(id.to_owned())
    .bind(code_sha256.to_owned())
    .bind(now.as_second());
    Ok(tx.change(statement).await? == 1)
}

/// Ends a login without success. False if it had already ended.
pub async fn fail(tx: &mut Tx, id: &str, code: &str, now: Timestamp) -> Result<bool, StoreError> {
    let statement = query(
        "UPDATE agent_logins SET state = 'failed', failure_code = $2, finished_at = $3 \
         WHERE id = $1 AND state IN ('created', 'picked_up', 'proved')",
    )
    .bind(id.to_owned())
    .bind(code.to_owned())
    .bind(now.as_second());
    Ok(tx.change(statement).await? == 1)
}

/// Removes logins whose deadline was before `before`; the audit log keeps their results.
pub async fn delete_older(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    let statement = query("DELETE FROM agent_logins WHERE deadline < $1").bind(before.as_second());
    tx.upkeep(statement).await
}
