//! What a copy contains: numbers of rows, and how far it has come.

use std::collections::BTreeMap;

use crate::audit::{Head, checkpoints};
use crate::positions::{self, CrlPosition};
use crate::row::Row;
use crate::sql::{Record, query};
use crate::{Db, StoreError, status_changes};

/// The content of a database at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Newest migration.
    pub schema: i64,
    /// Rows of the main tables, by table.
    pub rows: BTreeMap<&'static str, i64>,
    /// The head of the audit log.
    pub audit: Head,
    /// The newest signed head.
    pub checkpoint: Option<checkpoints::Checkpoint>,
    /// The newest CRLs, by scope.
    pub crls: BTreeMap<String, CrlPosition>,
    /// The last status change.
    pub status_seq: i64,
}

const COUNTS: [(&str, &str); 8] = [
    ("audit_log", "SELECT COUNT(*) AS n FROM audit_log"),
    ("certificates", "SELECT COUNT(*) AS n FROM certificates"),
    ("contracts", "SELECT COUNT(*) AS n FROM contracts"),
    ("grants", "SELECT COUNT(*) AS n FROM grants"),
    ("outbox", "SELECT COUNT(*) AS n FROM outbox"),
    ("staff", "SELECT COUNT(*) AS n FROM staff"),
    ("status_changes", "SELECT COUNT(*) AS n FROM status_changes"),
    ("users", "SELECT COUNT(*) AS n FROM users"),
];

/// Reads the content; all of it as of one moment if `db` is one snapshot, or a copy that nobody changes.
///
/// # Errors
/// Errors of the database.
pub async fn read(mut db: Db<'_>) -> Result<Content, StoreError> {
    let mut rows = BTreeMap::new();
    for (table, statement) in COUNTS {
        rows.insert(table, number(db.again(), table, statement).await?);
    }
    let head = query("SELECT seq, hash FROM audit_head WHERE id = 1");
    let head: Record = db
        .again()
        .optional(head)
        .await?
        .ok_or(StoreError::AuditHead)?;
    let head = Row::new("audit_head", &head);
    Ok(Content {
        schema: number(
            db.again(),
            "schema_migrations",
            "SELECT MAX(version) AS n FROM schema_migrations",
        )
        .await?,
        rows,
        audit: Head {
            seq: head.int("seq")?,
            hash: head.text("hash")?,
        },
        checkpoint: checkpoints::latest(db.again()).await?,
        crls: positions::crl_numbers(db.again()).await?.crls,
        status_seq: status_changes::last(db).await?,
    })
}

async fn number(
    db: Db<'_>,
    table: &'static str,
    statement: &'static str,
) -> Result<i64, StoreError> {
    match db.optional(query(statement).long()).await? {
        Some(row) => Row::new(table, &row).int("n"),
        None => Ok(0),
    }
}
