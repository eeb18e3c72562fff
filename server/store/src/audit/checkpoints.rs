//! Heads of the chain that a key outside this database has signed.

use jiff::Timestamp;

use crate::id::sha256_hex;
use crate::row::Row;
use crate::sql::{Record, query};
use crate::{Db, StoreError, Tx};

/// A signed head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The row.
    pub seq: i64,
    /// Its hash.
    pub hash: String,
    /// Time of the signature.
    pub at: Timestamp,
    /// The public key (SubjectPublicKeyInfo, DER).
    pub spki: Vec<u8>,
    /// What was signed.
    pub statement: String,
    /// The signature.
    pub signature: Vec<u8>,
}

impl Checkpoint {
    /// SHA-256 of the public key, lower-case hex.
    #[must_use]
    pub fn key_sha256(&self) -> String {
        sha256_hex(&self.spki)
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT seq, hash, at, spki, statement, signature FROM audit_checkpoints ",
            $rest
        )
    };
}

fn read(row: &Record) -> Result<Checkpoint, StoreError> {
    let row = Row::new("audit_checkpoints", row);
    Ok(Checkpoint {
        seq: row.int("seq")?,
        hash: row.text("hash")?,
        at: row.time("at")?,
        spki: row.blob("spki")?,
        statement: row.text("statement")?,
        signature: row.blob("signature")?,
    })
}

/// Stores a signed head.
///
/// # Errors
/// [`StoreError::Duplicate`] when this row was signed before.
pub async fn insert(tx: &mut Tx, new: &Checkpoint) -> Result<(), StoreError> {
    let statement = query(
        "INSERT INTO audit_checkpoints (seq, hash, at, spki, statement, signature) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(new.seq)
    .bind(new.hash.clone())
    .bind(new.at.as_second())
    .bind(new.spki.clone())
    .bind(new.statement.clone())
    .bind(new.signature.clone());
    tx.change(statement).await.map(drop)
}

/// The newest one.
///
/// # Errors
/// Errors of the database.
pub async fn latest(db: impl Into<Db<'_>>) -> Result<Option<Checkpoint>, StoreError> {
    let row = db
        .into()
        .optional(query(select!("ORDER BY seq DESC LIMIT 1")))
        .await?;
    row.as_ref().map(read).transpose()
}

/// Those after `seq`, oldest first, at most `limit`.
///
/// # Errors
/// Errors of the database.
pub async fn after(
    db: impl Into<Db<'_>>,
    seq: i64,
    limit: i64,
) -> Result<Vec<Checkpoint>, StoreError> {
    let statement = query(select!("WHERE seq > $1 ORDER BY seq LIMIT $2"))
        .bind(seq)
        .bind(limit);
    let rows = db.into().all(statement).await?;
    rows.iter().map(read).collect()
}

/// The rows that the log records as signed, in their order after `seq`, at most `limit`.
///
/// # Errors
/// Errors of the database.
pub async fn told(
    db: impl Into<Db<'_>>,
    seq: i64,
    limit: i64,
) -> Result<Vec<(i64, i64)>, StoreError> {
    let statement = query(
        "SELECT seq, subject_id FROM audit_log WHERE action = 'audit.checkpoint' AND outcome = 'done' \
         AND seq > $1 ORDER BY seq LIMIT $2",
    )
    .bind(seq)
    .bind(limit);
    let rows = db.into().all(statement).await?;
    rows.iter()
        .map(|row| {
            let row = Row::new("audit_log", row);
            let signed = row.text("subject_id")?.parse().unwrap_or(0);
            Ok((row.int("seq")?, signed))
        })
        .collect()
}
