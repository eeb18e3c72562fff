//! Numbers that were used before a restore and that the database does not have any more: the next one is greater.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::row::Row;
use super::{Db, StoreError, Tx};

/// The floor of the status changes.
pub const STATUS: &str = "status";

/// The floor of a scope's CRL numbers.
#[must_use]
pub fn of_crl(scope: &str) -> String {
    format!("crl/{scope}")
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
    let statement = sqlx::query(
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
    let statement = sqlx::query("SELECT value, at FROM sequence_floors WHERE name = $1");
    let row = db.into().optional(statement.bind(name.to_owned())).await?;
    row.map(|row| read(&Row::new("sequence_floors", &row)))
        .transpose()
}

/// The floors of CRL numbers, by scope.
pub async fn of_crls(db: impl Into<Db<'_>>) -> Result<BTreeMap<String, Floor>, StoreError> {
    let statement =
        sqlx::query("SELECT name, value, at FROM sequence_floors WHERE name LIKE 'crl/%'");
    let rows = db.into().all(statement).await?;
    rows.iter()
        .map(|row| {
            let row = Row::new("sequence_floors", row);
            let name = row.text("name")?;
            let scope = name.strip_prefix("crl/").unwrap_or(&name).to_owned();
            Ok((scope, read(&row)?))
        })
        .collect()
}

fn read(row: &Row<'_>) -> Result<Floor, StoreError> {
    Ok(Floor {
        value: row.int("value")?,
        at: row.time("at")?,
    })
}
