//! Uploaded lists of contracts, between the dry run and the import.

use jiff::Timestamp;

use super::row::Row;
use super::sql::query;
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
    /// The proposal that was approved.
    pub proposal_id: Option<String>,
    /// When.
    pub approved_at: Option<Timestamp>,
    /// When it was imported.
    pub done_at: Option<Timestamp>,
}

/// Stores an uploaded list.
pub async fn insert(tx: &mut Tx, new: &Import) -> Result<(), StoreError> {
    let statement =
        query("INSERT INTO imports (id, staff_id, content, created_at) VALUES ($1, $2, $3, $4)")
            .bind(new.id.clone())
            .bind(new.staff_id.clone())
            .bind(new.content.clone())
            .bind(new.created_at.as_second());
    tx.change(statement).await.map(drop)
}

/// By id.
pub async fn find(db: impl Into<Db<'_>>, id: &str) -> Result<Option<Import>, StoreError> {
    let statement =
        query("SELECT id, staff_id, content, created_at, proposal_id, approved_at, done_at FROM imports WHERE id = $1")
            .bind(id.to_owned());
    let row = db.into().optional(statement).await?;
    row.map(|row| {
        let row = Row::new("imports", &row);
        Ok(Import {
            id: row.text("id")?,
            staff_id: row.text("staff_id")?,
            content: row.text("content")?,
            created_at: row.time("created_at")?,
            proposal_id: row.opt_text("proposal_id")?,
            approved_at: row.opt_time("approved_at")?,
            done_at: row.opt_time("done_at")?,
        })
    })
    .transpose()
}

/// Marks it approved, once. False if it already was, or was imported.
pub async fn approve(
    tx: &mut Tx,
    id: &str,
    proposal_id: &str,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let statement = query(
        "UPDATE imports SET proposal_id = $2, approved_at = $3 WHERE id = $1 AND approved_at IS NULL AND done_at IS NULL",
    )
    .bind(id.to_owned())
    .bind(proposal_id.to_owned())
    .bind(at.as_second());
    Ok(tx.change(statement).await? == 1)
}

/// Marks it imported and deletes its text, once. False if it already was, or is not approved.
pub async fn finish(tx: &mut Tx, id: &str, at: Timestamp) -> Result<bool, StoreError> {
    let statement = query(
        "UPDATE imports SET done_at = $2, content = '' WHERE id = $1 AND done_at IS NULL AND approved_at IS NOT NULL",
    )
    .bind(id.to_owned())
    .bind(at.as_second());
    Ok(tx.change(statement).await? == 1)
}

/// Deletes lists that were never imported, except those that await approval or are approved.
pub async fn forget_before(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    let statement = query(
        "DELETE FROM imports WHERE done_at IS NULL AND approved_at IS NULL AND created_at < $1 AND NOT EXISTS \
         (SELECT 1 FROM proposals p WHERE p.kind = 'import' AND p.subject = imports.id AND p.state = 'entered')",
    )
    .bind(before.as_second());
    tx.upkeep(statement).await
}
