//! Responses of the API by the caller's key for the request: a repeated request is executed once.

use jiff::Timestamp;

use super::row::Row;
use super::sql::query;
use super::{Db, StoreError, Tx};

/// A stored response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedResponse {
    /// The caller.
    pub staff_id: String,
    /// The caller's key for the request.
    pub key: String,
    /// SHA-256 of the request, hex.
    pub request_sha256: String,
    /// Status of the response.
    pub status: i64,
    /// The response, without secrets that are returned only once.
    pub response: String,
    /// When.
    pub at: Timestamp,
}

/// The response stored for a key since `since`.
///
/// # Errors
/// Errors of the database.
pub async fn find(
    db: impl Into<Db<'_>>,
    staff_id: &str,
    key: &str,
    since: Timestamp,
) -> Result<Option<RecordedResponse>, StoreError> {
    let statement = query(
        "SELECT staff_id, idempotency_key, request_sha256, status, response, at FROM idempotency \
         WHERE staff_id = $1 AND idempotency_key = $2 AND at >= $3",
    )
    .bind(staff_id.to_owned())
    .bind(key.to_owned())
    .bind(since.as_second());
    let row = db.into().optional(statement).await?;
    row.map(|row| {
        let row = Row::new("idempotency", &row);
        Ok(RecordedResponse {
            staff_id: row.text("staff_id")?,
            key: row.text("idempotency_key")?,
            request_sha256: row.text("request_sha256")?,
            status: row.int("status")?,
            response: row.text("response")?,
            at: row.time("at")?,
        })
    })
    .transpose()
}

/// Stores a response. False if the key has one since `since`; then nothing is changed. A completed operation replaces a
/// refusal: of two simultaneous requests, the one that was executed counts.
///
/// # Errors
/// Errors of the database.
pub async fn keep(
    tx: &mut Tx,
    new: &RecordedResponse,
    since: Timestamp,
) -> Result<bool, StoreError> {
    let statement = query(
        "INSERT INTO idempotency (staff_id, idempotency_key, request_sha256, status, response, at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (staff_id, idempotency_key) DO UPDATE SET \
         request_sha256 = excluded.request_sha256, status = excluded.status, response = excluded.response, at = excluded.at \
         WHERE idempotency.at < $7 OR (idempotency.status >= 400 AND excluded.status < 400)",
    )
    .bind(new.staff_id.clone())
    .bind(new.key.clone())
    .bind(new.request_sha256.clone())
    .bind(new.status)
    .bind(new.response.clone())
    .bind(new.at.as_second())
    .bind(since.as_second());
    Ok(tx.upkeep(statement).await? == 1)
}

/// Deletes the responses before a time; returns how many.
///
/// # Errors
/// Errors of the database.
pub async fn forget_before(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    let statement = query("DELETE FROM idempotency WHERE at < $1").bind(before.as_second());
    tx.upkeep(statement).await
}
