//! Uploaded lists of contracts, between the dry run and the import.

use jiff::Timestamp;

use super::row::Row;
use super::{Db, StoreError, Tx};

/// An uploaded list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Id.
    pub id: String,
    /// Who uploaded it.
    pub staff_id: String,
    /// The list.
    pub content: String,
    /// When.
    pub created_at: Timestamp,
    /// When it was imported.
    pub done_at: Option<Timestamp>,
}

/// Keeps an uploaded list.
pub async fn insert(tx: &mut Tx, new: &Import) -> Result<(), StoreError> {
    let statement = sqlx::query(
        "INSERT INTO imports (id, staff_id, content, created_at) VALUES ($1, $2, $3, $4)",
    )
    .bind(new.id.clone())
    .bind(new.staff_id.clone())
    .bind(new.content.clone())
    .bind(new.created_at.as_second());
    tx.change(statement).await.map(drop)
}

/// By id.
pub async fn find(db: impl Into<Db<'_>>, id: &str) -> Result<Option<Import>, StoreError> {
    let statement =
        sqlx::query("SELECT id, staff_id, content, created_at, done_at FROM imports WHERE id = $1")
            .bind(id.to_owned());
    let row = db.into().optional(statement).await?;
    row.map(|row| {
        let row = Row::new("imports", &row);
        Ok(Import {
            id: row.text("id")?,
            staff_id: row.text("staff_id")?,
            content: row.text("content")?,
            created_at: row.time("created_at")?,
            done_at: row.opt_time("done_at")?,
        })
    })
    .transpose()
}

/// Marks it imported and forgets its text, once. False when it was.
pub async fn finish(tx: &mut Tx, id: &str, at: Timestamp) -> Result<bool, StoreError> {
    let statement = sqlx::query(
        "UPDATE imports SET done_at = $2, content = '' WHERE id = $1 AND done_at IS NULL",
    )
    .bind(id.to_owned())
    .bind(at.as_second());
    Ok(tx.change(statement).await? == 1)
}

/// Forgets the texts of lists that were never imported.
pub async fn forget_before(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    let statement = sqlx::query("DELETE FROM imports WHERE done_at IS NULL AND created_at < $1")
        .bind(before.as_second());
    tx.upkeep(statement).await
}
