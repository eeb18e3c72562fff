//! Activation codes with which staff get their certificates, once. A code is split between two officers, as the schema
//! requires. For a complete code only one hash over both halves is stored; for a first half that waits for the second,
//! its own hash.

use jiff::Timestamp;

use super::row::Row;
use super::sql::query;
use super::{Db, StoreError, Tx};

/// The activation code of a staff account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivationCode {
    /// Its account.
    pub staff_id: String,
    /// Hash of the first half; once there is a second one, only its salt and cost.
    pub first_hash: String,
    /// The person who handed the first half out.
    pub first_by: String,
    /// Hash over both halves.
    pub code_hash: Option<String>,
    /// The person who handed the second half out.
    pub second_by: Option<String>,
    /// Valid until.
    pub expires_at: Timestamp,
    /// When a certificate was requested with it.
    pub used_at: Option<Timestamp>,
}

/// The activation code of an account, if it ever had one.
///
/// # Errors
/// Errors of the database.
pub async fn find(
    db: impl Into<Db<'_>>,
    staff_id: &str,
) -> Result<Option<ActivationCode>, StoreError> {
    let statement = query(
        "SELECT staff_id, first_hash, first_by, code_hash, second_by, expires_at, used_at \
         FROM activation_codes WHERE staff_id = $1",
    )
    .bind(staff_id.to_owned());
    let row = db.into().optional(statement).await?;
    row.map(|row| {
        let row = Row::new("activation_codes", &row);
        Ok(ActivationCode {
            staff_id: row.text("staff_id")?,
            first_hash: row.text("first_hash")?,
            first_by: row.text("first_by")?,
            code_hash: row.opt_text("code_hash")?,
            second_by: row.opt_text("second_by")?,
            expires_at: row.time("expires_at")?,
            used_at: row.opt_time("used_at")?,
        })
    })
    .transpose()
}

/// Replaces the earlier code.
///
/// # Errors
/// [`StoreError::Constraint`] if one person hands out both halves.
pub async fn put(tx: &mut Tx, new: &ActivationCode) -> Result<(), StoreError> {
    let statement = query(
        "INSERT INTO activation_codes (staff_id, first_hash, first_by, code_hash, second_by, expires_at, used_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (staff_id) DO UPDATE SET first_hash = excluded.first_hash, first_by = excluded.first_by, \
         code_hash = excluded.code_hash, second_by = excluded.second_by, \
         expires_at = excluded.expires_at, used_at = excluded.used_at",
    )
    .bind(new.staff_id.clone())
    .bind(new.first_hash.clone())
    .bind(new.first_by.clone())
    .bind(new.code_hash.clone())
    .bind(new.second_by.clone())
    .bind(new.expires_at.as_second())
    .bind(new.used_at.map(Timestamp::as_second));
    tx.change(statement).await.map(drop)
}

/// Ends the code of an account, if it has one that is still valid.
///
/// # Errors
/// Errors of the database.
pub async fn end(tx: &mut Tx, staff_id: &str, at: Timestamp) -> Result<bool, StoreError> {
    let statement = query(
        "UPDATE activation_codes SET expires_at = $2 WHERE staff_id = $1 AND expires_at > $2",
    )
    .bind(staff_id.to_owned())
    .bind(at.as_second());
    Ok(tx.change(statement).await? == 1)
}
