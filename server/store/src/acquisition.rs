//! 証明書取得用パスワード: the hash of what a branch printed for a grant. It is read here and nowhere else.

use super::row::Row;
use super::sql::query;
use super::{Db, StoreError, Tx};

/// The hash that belongs to a grant, if a letter was printed for it.
pub async fn hash(db: impl Into<Db<'_>>, grant_id: &str) -> Result<Option<String>, StoreError> {
    let statement =
        query("SELECT acquisition_hash FROM grants WHERE id = $1").bind(grant_id.to_owned());
    match db.into().optional(statement).await? {
        Some(row) => Row::new("grants", &row).opt_text("acquisition_hash"),
        None => Ok(None),
    }
}

/// Stores the hash of a new one; an earlier one becomes invalid. False if there is no such grant, or it has lapsed.
pub async fn set_hash(tx: &mut Tx, grant_id: &str, hash: &str) -> Result<bool, StoreError> {
    let statement =
        query("UPDATE grants SET acquisition_hash = $2 WHERE id = $1 AND state <> 'lapsed'")
            .bind(grant_id.to_owned())
            .bind(hash.to_owned());
    Ok(tx.change(statement).await? == 1)
}
