//! How far a database has come: its newest numbers. They never go back, so an older copy of the database has smaller ones.

use std::collections::BTreeMap;

use super::audit::{self, Head, checkpoints};
use super::row::Row;
use super::sql::query;
use super::{Db, Store, StoreError, restores, sequence_floors, status_changes};

/// The newest CRL of a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CrlPosition {
    /// Its number.
    pub number: i64,
    /// It contains the status changes up to this one; 0 if that is not known (a number that was used before a restore).
    pub status_seq: i64,
}

/// The newest CRLs of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrlPositions {
    /// By scope.
    pub crls: BTreeMap<String, CrlPosition>,
    /// Numbers that scopes without a CRL may have had before a restore, by the scope of the whole CA.
    pub others: BTreeMap<String, i64>,
}

impl CrlPositions {
    /// The last number that a scope has used, or may have used; 0 for none.
    #[must_use]
    pub fn number(&self, scope: &str) -> i64 {
        match self.crls.get(scope) {
            Some(crl) => crl.number,
            None => {
                let ca = sequence_floors::ca_of(scope);
                self.others.get(ca).copied().unwrap_or(0)
            }
        }
    }
}

/// The newest numbers of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Positions {
    /// The last status change.
    pub status_seq: i64,
    /// The newest CRLs.
    pub crls: CrlPositions,
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
        crls: crl_numbers(store.into()).await?,
        checkpoint: checkpoints::latest(store).await?,
        reconciliations: restores::reconciliations(store).await?,
    })
}

/// The newest CRL of each scope.
///
/// # Errors
/// Errors of the database.
pub async fn crl_numbers(mut db: Db<'_>) -> Result<CrlPositions, StoreError> {
    let statement = query(
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
    let floors = sequence_floors::of_crls(db).await?;
    for (scope, floor) in floors.scopes {
        let unpublished = CrlPosition {
            number: floor.value,
            status_seq: 0,
        };
        let position = crls.entry(scope).or_insert(unpublished);
        if position.number < floor.value {
            *position = unpublished;
        }
    }
    let others = floors.others.into_iter();
    let others = others.map(|(ca, floor)| (ca, floor.value)).collect();
    Ok(CrlPositions { crls, others })
}
