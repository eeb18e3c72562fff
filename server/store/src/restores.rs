//! Restores of the database, and their reconciliations with what was published since the backup.

use jiff::Timestamp;

use super::row::Row;
use super::sql::query;
use super::{Db, StoreError, Tx};

/// A restore.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restore {
    /// Random id.
    pub id: String,
    /// When.
    pub restored_at: Timestamp,
    /// When the backup was made.
    pub backup_at: Timestamp,
    /// The last audit row of the backup.
    pub audit_seq: i64,
    /// The last status change of the backup.
    pub status_seq: i64,
}

/// Marks the database as restored.
pub async fn insert(tx: &mut Tx, new: &Restore) -> Result<(), StoreError> {
    let statement = query(
        "INSERT INTO restores (id, restored_at, backup_at, audit_seq, status_seq) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(new.id.clone())
    .bind(new.restored_at.as_second())
    .bind(new.backup_at.as_second())
    .bind(new.audit_seq)
    .bind(new.status_seq);
    tx.change(statement).await.map(drop)
}

/// The first restore that is not reconciled; its backup is the oldest that counts.
pub async fn open(db: impl Into<Db<'_>>) -> Result<Option<Restore>, StoreError> {
    let statement = query(
        "SELECT id, restored_at, backup_at, audit_seq, status_seq FROM restores WHERE reconciliation IS NULL \
         ORDER BY backup_at, id LIMIT 1",
    );
    let row = db.into().optional(statement).await?;
    row.map(|row| {
        let row = Row::new("restores", &row);
        Ok(Restore {
            id: row.text("id")?,
            restored_at: row.time("restored_at")?,
            backup_at: row.time("backup_at")?,
            audit_seq: row.int("audit_seq")?,
            status_seq: row.int("status_seq")?,
        })
    })
    .transpose()
}

/// How many reconciliations there were.
pub async fn reconciliations(db: impl Into<Db<'_>>) -> Result<i64, StoreError> {
    let statement = query("SELECT COALESCE(MAX(number), 0) AS number FROM reconciliations");
    match db.into().optional(statement).await? {
        Some(row) => Row::new("reconciliations", &row).int("number"),
        None => Ok(0),
    }
}

/// Records a reconciliation, which every open restore then has. `audit_seq`: the last row before it.
///
/// # Errors
/// [`StoreError::Duplicate`]: another program was faster.
pub async fn reconcile(
    tx: &mut Tx,
    number: i64,
    audit_seq: i64,
    at: Timestamp,
) -> Result<(), StoreError> {
    let statement =
        query("INSERT INTO reconciliations (number, at, audit_seq) VALUES ($1, $2, $3)")
            .bind(number)
            .bind(at.as_second())
            .bind(audit_seq);
    tx.change(statement).await?;
    let closed = query("UPDATE restores SET reconciliation = $1 WHERE reconciliation IS NULL");
    tx.change(closed.bind(number)).await.map(drop)
}
