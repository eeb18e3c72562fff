//! Who asked for a letter with temporary passwords, until another person prints it. One ask for each contract.

use jiff::Timestamp;

use super::row::Row;
use super::{Db, StoreError, Tx};

/// Somebody's wish for a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterAsk {
    /// The contract.
    pub contract_id: String,
    /// The account that asked.
    pub staff_id: String,
    /// Its person.
    pub person: String,
    /// When.
    pub asked_at: Timestamp,
}

/// What was asked for a contract.
///
/// # Errors
/// What the database answers.
pub async fn find(
    db: impl Into<Db<'_>>,
    contract_id: &str,
) -> Result<Option<LetterAsk>, StoreError> {
    let statement = sqlx::query(
        "SELECT contract_id, staff_id, person, asked_at FROM letter_asks WHERE contract_id = $1",
    )
    .bind(contract_id.to_owned());
    let Some(found) = db.into().optional(statement).await? else {
        return Ok(None);
    };
    let row = Row::new("letter_asks", &found);
    Ok(Some(LetterAsk {
        contract_id: row.text("contract_id")?,
        staff_id: row.text("staff_id")?,
        person: row.text("person")?,
        asked_at: row.time("asked_at")?,
    }))
}

/// Keeps an ask in place of the one before.
///
/// # Errors
/// What the database answers.
pub async fn put(tx: &mut Tx, ask: &LetterAsk) -> Result<(), StoreError> {
    let statement = sqlx::query(
        "INSERT INTO letter_asks (contract_id, staff_id, person, asked_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (contract_id) DO UPDATE SET staff_id = excluded.staff_id, person = excluded.person, \
         asked_at = excluded.asked_at",
    )
    .bind(ask.contract_id.clone())
    .bind(ask.staff_id.clone())
    .bind(ask.person.clone())
    .bind(ask.asked_at.as_second());
    tx.change(statement).await.map(drop)
}

/// Ends an ask: the letter was printed.
///
/// # Errors
/// What the database answers.
pub async fn end(tx: &mut Tx, contract_id: &str) -> Result<(), StoreError> {
    let statement =
        sqlx::query("DELETE FROM letter_asks WHERE contract_id = $1").bind(contract_id.to_owned());
    tx.change(statement).await.map(drop)
}
