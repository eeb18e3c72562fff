//! With what staff get their certificates, once: two halves from two officers (the schema insists). Only digests are kept.

use jiff::Timestamp;

use super::row::Row;
use super::{Db, StoreError, Tx};

/// The credential of a staff account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffCredential {
    /// Whose.
    pub staff_id: String,
    /// Digest of the first half, hex.
    pub first_sha256: String,
    /// The person who handed it out.
    pub first_by: String,
    /// Digest of the second half, hex.
    pub second_sha256: Option<String>,
    /// The person who handed it out.
    pub second_by: Option<String>,
    /// Good until.
    pub expires_at: Timestamp,
    /// When a certificate was asked for with it.
    pub used_at: Option<Timestamp>,
}

/// The credential of an account, if it was ever given one.
pub async fn find(
    db: impl Into<Db<'_>>,
    staff_id: &str,
) -> Result<Option<StaffCredential>, StoreError> {
    let statement = sqlx::query(
        "SELECT staff_id, first_sha256, first_by, second_sha256, second_by, expires_at, used_at \
         FROM staff_credentials WHERE staff_id = $1",
    )
    .bind(staff_id.to_owned());
    let row = db.into().optional(statement).await?;
    row.map(|row| {
        let row = Row::new("staff_credentials", &row);
        Ok(StaffCredential {
            staff_id: row.text("staff_id")?,
            first_sha256: row.text("first_sha256")?,
            first_by: row.text("first_by")?,
            second_sha256: row.opt_text("second_sha256")?,
            second_by: row.opt_text("second_by")?,
            expires_at: row.time("expires_at")?,
            used_at: row.opt_time("used_at")?,
        })
    })
    .transpose()
}

/// Puts a credential in place of the one before.
pub async fn put(tx: &mut Tx, new: &StaffCredential) -> Result<(), StoreError> {
    let statement = sqlx::query(
        "INSERT INTO staff_credentials (staff_id, first_sha256, first_by, second_sha256, second_by, expires_at, \
         used_at) VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (staff_id) DO UPDATE SET first_sha256 = excluded.first_sha256, first_by = excluded.first_by, \
         second_sha256 = excluded.second_sha256, second_by = excluded.second_by, \
         expires_at = excluded.expires_at, used_at = excluded.used_at",
    )
    .bind(new.staff_id.clone())
    .bind(new.first_sha256.clone())
    .bind(new.first_by.clone())
    .bind(new.second_sha256.clone())
    .bind(new.second_by.clone())
    .bind(new.expires_at.as_second())
    .bind(new.used_at.map(Timestamp::as_second));
    tx.change(statement).await.map(drop)
}

/// Ends the credential of an account, if it has one that is still good.
pub async fn end(tx: &mut Tx, staff_id: &str, at: Timestamp) -> Result<bool, StoreError> {
    let statement = sqlx::query(
        "UPDATE staff_credentials SET expires_at = $2 WHERE staff_id = $1 AND expires_at > $2",
    )
    .bind(staff_id.to_owned())
    .bind(at.as_second());
    Ok(tx.change(statement).await? == 1)
}
