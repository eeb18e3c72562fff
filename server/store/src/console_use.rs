//! When the console was last used with a staff certificate; the same for every instance of the server.

use jiff::Timestamp;

use super::row::Row;
use super::sql::query;
use super::{Db, StoreError, Tx};

/// When a certificate was last used; `None` if never, or long ago.
///
/// # Errors
/// Errors of the database.
pub async fn last(
    db: impl Into<Db<'_>>,
    certificate_sha256: &str,
) -> Result<Option<Timestamp>, StoreError> {
    let statement = query("SELECT last_at FROM console_use WHERE certificate_sha256 = $1")
        .bind(certificate_sha256.to_owned());
    let Some(found) = db.into().optional(statement).await? else {
        return Ok(None);
    };
    Row::new("console_use", &found).time("last_at").map(Some)
}

/// Records a use.
///
/// # Errors
/// Errors of the database.
pub async fn note(tx: &mut Tx, certificate_sha256: &str, now: Timestamp) -> Result<(), StoreError> {
    let statement = query(
        "INSERT INTO console_use (certificate_sha256, last_at) VALUES ($1, $2) \
         ON CONFLICT (certificate_sha256) DO UPDATE SET last_at = excluded.last_at",
    )
    .bind(certificate_sha256.to_owned())
    .bind(now.as_second());
    tx.upkeep(statement).await.map(drop)
}

/// Deletes uses before `before`. Returns how many.
///
/// # Errors
/// Errors of the database.
pub async fn delete_older(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.upkeep(query("DELETE FROM console_use WHERE last_at < $1").bind(before.as_second()))
        .await
}
