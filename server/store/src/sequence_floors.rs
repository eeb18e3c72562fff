//! Numbers that were used before a restore and that the database does not have any more: the next one is greater.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::row::Row;
use super::sql::query;
use super::{Db, StoreError, Tx};

/// The floor of the status changes.
pub const STATUS: &str = "status";

/// The floor of a scope's CRL numbers.
#[must_use]
pub fn of_crl(scope: &str) -> String {
    format!("crl/{scope}")
}

/// The floor of CRL numbers of a CA's scopes that have none of their own. `ca`: the scope of the whole CA.
#[must_use]
pub fn of_other_crls(ca: &str) -> String {
    format!("other-crls/{ca}")
}

/// The floor of a scope's CRL numbers that counts: its own, otherwise that of its CA.
pub async fn of_scope(db: impl Into<Db<'_>>, scope: &str) -> Result<Option<Floor>, StoreError> {
    let mut db = db.into();
    match find(db.again(), &of_crl(scope)).await? {
        Some(floor) => Ok(Some(floor)),
        None => find(db, &of_other_crls(ca_of(scope))).await,
    }
}

/// The scope of the whole CA of a scope.
pub(super) fn ca_of(scope: &str) -> &str {
    scope.split('/').next().unwrap_or(scope)
}

/// Numbers up to `value` were used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Floor {
    /// The highest number.
    pub value: i64,
    /// The last time that something with such a number has (thisUpdate of a CRL).
    pub at: Timestamp,
}

/// Raises a floor; one that is higher stays.
pub async fn raise(tx: &mut Tx, name: &str, to: Floor) -> Result<(), StoreError> {
    let statement = query(
        "INSERT INTO sequence_floors (name, value, at) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE SET \
         value = CASE WHEN excluded.value > sequence_floors.value THEN excluded.value ELSE sequence_floors.value END, \
         at = CASE WHEN excluded.at > sequence_floors.at THEN excluded.at ELSE sequence_floors.at END",
    )
    .bind(name.to_owned())
    .bind(to.value)
    .bind(to.at.as_second());
    tx.change(statement).await.map(drop)
}

/// A floor, if there is one.
pub async fn find(db: impl Into<Db<'_>>, name: &str) -> Result<Option<Floor>, StoreError> {
    let statement = query("SELECT value, at FROM sequence_floors WHERE name = $1");
    let row = db.into().optional(statement.bind(name.to_owned())).await?;
    row.map(|row| read(&Row::new("sequence_floors", &row)))
        .transpose()
}

/// The floors of CRL numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CrlFloors {
    /// By scope.
    pub scopes: BTreeMap<String, Floor>,
    /// Of scopes that have none of their own, by the scope of the whole CA.
    pub others: BTreeMap<String, Floor>,
}

/// The floors of CRL numbers.
pub async fn of_crls(db: impl Into<Db<'_>>) -> Result<CrlFloors, StoreError> {
    let statement = query("SELECT name, value, at FROM sequence_floors");
    let mut floors = CrlFloors::default();
    for row in &db.into().all(statement).await? {
        let row = Row::new("sequence_floors", row);
        let (name, floor) = (row.text("name")?, read(&row)?);
        if let Some(scope) = name.strip_prefix("crl/") {
            floors.scopes.insert(scope.to_owned(), floor);
        } else if let Some(ca) = name.strip_prefix("other-crls/") {
            floors.others.insert(ca.to_owned(), floor);
        }
    }
    Ok(floors)
}

fn read(row: &Row<'_>) -> Result<Floor, StoreError> {
    Ok(Floor {
        value: row.int("value")?,
        at: row.time("at")?,
    })
}
