//! Browser sessions, including anonymous ones. Only the SHA-256 of the cookie's token is stored.

use jiff::Timestamp;

use super::row::Row;
use super::sql::{Record, query};
use super::{Db, StoreError, Tx};

/// A session's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the token, hex.
    pub token_sha256: String,
    /// Its user; empty while anonymous.
    pub user_id: Option<String>,
    /// The certificate to which it is bound, if it began with one.
    pub certificate_id: Option<String>,
    /// Its stage; a word of the service.
    pub stage: String,
    /// Token that every form of this session contains.
    pub csrf: String,
    /// The wizard's entries so far, JSON. Never a password.
    pub data: serde_json::Value,
    /// When made.
    pub created_at: Timestamp,
    /// Last request.
    pub last_seen_at: Timestamp,
    /// Ends at this time in any case.
    pub expires_at: Timestamp,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT token_sha256, user_id, certificate_id, stage, csrf, data, created_at, last_seen_at, expires_at \
             FROM sessions ",
            $rest
        )
    };
}

impl Session {
    fn read(row: &Record) -> Result<Self, StoreError> {
        let row = Row::new("sessions", row);
        Ok(Session {
            token_sha256: row.text("token_sha256")?,
            user_id: row.opt_text("user_id")?,
            certificate_id: row.opt_text("certificate_id")?,
            stage: row.text("stage")?,
            csrf: row.text("csrf")?,
            data: row.json("data")?,
            created_at: row.time("created_at")?,
            last_seen_at: row.time("last_seen_at")?,
            expires_at: row.time("expires_at")?,
        })
    }
}

/// Stores a new session. The login behind a session is audited where it is decided, not here.
pub async fn insert(tx: &mut Tx, new: &Session) -> Result<(), StoreError> {
    let statement = query(
        "INSERT INTO sessions (token_sha256, user_id, certificate_id, stage, csrf, data, created_at, \
         last_seen_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(new.token_sha256.clone())
    .bind(new.user_id.clone())
    .bind(new.certificate_id.clone())
    .bind(new.stage.clone())
    .bind(new.csrf.clone())
    .bind(new.data.to_string())
    .bind(new.created_at.as_second())
    .bind(new.last_seen_at.as_second())
    .bind(new.expires_at.as_second());
    tx.upkeep(statement).await.map(drop)
}

/// By digest of the token, whether it has ended or not.
pub async fn find(
    db: impl Into<Db<'_>>,
    token_sha256: &str,
) -> Result<Option<Session>, StoreError> {
    let statement = query(select!("WHERE token_sha256 = $1")).bind(token_sha256.to_owned());
    db.into()
        .optional(statement)
        .await?
        .as_ref()
        .map(Session::read)
        .transpose()
}

/// Records a request. False if the session no longer exists.
pub async fn touch(tx: &mut Tx, token_sha256: &str, at: Timestamp) -> Result<bool, StoreError> {
    let statement = query("UPDATE sessions SET last_seen_at = $2 WHERE token_sha256 = $1")
        .bind(token_sha256.to_owned())
        .bind(at.as_second());
    Ok(tx.upkeep(statement).await? == 1)
}

/// Stores stage and data. False if the session no longer exists or is no longer in stage `from`.
pub async fn set_stage(
    tx: &mut Tx,
    token_sha256: &str,
    from: &str,
    stage: &str,
    data: &serde_json::Value,
) -> Result<bool, StoreError> {
    let statement =
        query("UPDATE sessions SET stage = $3, data = $4 WHERE token_sha256 = $1 AND stage = $2")
            .bind(token_sha256.to_owned())
            .bind(from.to_owned())
            .bind(stage.to_owned())
            .bind(data.to_string());
    Ok(tx.upkeep(statement).await? == 1)
}

/// Ends a session. False if it no longer existed.
pub async fn delete(tx: &mut Tx, token_sha256: &str) -> Result<bool, StoreError> {
    let statement =
        query("DELETE FROM sessions WHERE token_sha256 = $1").bind(token_sha256.to_owned());
    Ok(tx.upkeep(statement).await? == 1)
}

/// Ends every session of a user.
pub async fn delete_for_user(tx: &mut Tx, user_id: &str) -> Result<u64, StoreError> {
    tx.upkeep(query("DELETE FROM sessions WHERE user_id = $1").bind(user_id.to_owned()))
        .await
}

/// Deletes every session.
pub async fn delete_all(tx: &mut Tx) -> Result<u64, StoreError> {
    tx.upkeep(query("DELETE FROM sessions")).await
}

/// Ends every session of a user but one.
pub async fn delete_others(
    tx: &mut Tx,
    user_id: &str,
    kept_sha256: &str,
) -> Result<u64, StoreError> {
    let statement = query("DELETE FROM sessions WHERE user_id = $1 AND token_sha256 <> $2")
        .bind(user_id.to_owned())
        .bind(kept_sha256.to_owned());
    tx.upkeep(statement).await
}

/// Removes sessions that have ended or were idle since `idle_since`.
pub async fn delete_expired(
    tx: &mut Tx,
    now: Timestamp,
    idle_since: Timestamp,
) -> Result<u64, StoreError> {
    let statement = query("DELETE FROM sessions WHERE expires_at <= $1 OR last_seen_at < $2")
        .bind(now.as_second())
        .bind(idle_since.as_second());
    tx.upkeep(statement).await
}
