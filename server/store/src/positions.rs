//! How far a database has come: its newest numbers. They never go back, so an older copy of the database has smaller ones.

use std::collections::BTreeMap;

use super::audit::{self, Head, checkpoints};
use super::row::Row;
use super::{Db, Store, StoreError, restores, sequence_floors, status_changes};

/// The newest CRL of a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CrlPosition {
    /// Its number.
    pub number: i64,
    /// It contains the status changes up to this one; 0 if that is not known (a number that was used before a restore).
    pub status_seq: i64,
}

/// The newest numbers of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Positions {
    /// The last status change.
    pub status_seq: i64,
    /// By scope.
    pub crls: BTreeMap<String, CrlPosition>,
    /// The head of the audit log.
    pub audit: Head,
    /// The newest signed head, if there is one.
    pub checkpoint: Option<checkpoints::Checkpoint>,
    /// How many times it was restored and reconciled.
    pub reconciliations: i64,
}

/// Reads the positions: everything up to the head of the audit log, and perhaps more. Whatever changes one of the others
/// also appends a row to the log.
///
/// # Errors
/// Errors of the database.
pub async fn read(store: &Store) -> Result<Positions, StoreError> {
    let audit = audit::head(store).await?;
    Ok(Positions {
        audit,
        status_seq: status_changes::last(store).await?,
        crls: crls(store.into()).await?,
        checkpoint: checkpoints::latest(store).await?,
        reconciliations: restores::reconciliations(store).await?,
    })
}

/// The newest CRL of each scope.
///
/// # Errors
/// Errors of the database.
pub async fn crls(mut db: Db<'_>) -> Result<BTreeMap<String, CrlPosition>, StoreError> {
    let statement = sqlx::query(
        "SELECT scope, MAX(number) AS number, MAX(status_seq) AS status_seq FROM crl_publications GROUP BY scope",
    );
    let rows = db.again().all(statement).await?;
    let mut crls = BTreeMap::new();
    for row in &rows {
        let row = Row::new("crl_publications", row);
        let position = CrlPosition {
            number: row.int("number")?,
            status_seq: row.int("status_seq")?,
        };
        crls.insert(row.text("scope")?, position);
    }
    for (scope, floor) in sequence_floors::of_crls(db).await? {
        let unpublished = CrlPosition {
            number: floor.value,
            status_seq: 0,
        };
        let position = crls.entry(scope).or_insert(unpublished);
        if position.number < floor.value {
            *position = unpublished;
        }
    }
    Ok(crls)
}
