//! One person, one side of a contract: whoever was shown a letter with its temporary passwords has no part in its
//! grants. The primary key enforces this.

use jiff::Timestamp;

use super::proposals::Contributor;
use super::row::Row;
use super::sql::query;
use super::text_enum::text_enum;
use super::{Db, StoreError, Tx};

text_enum! {
    /// A side of a contract.
    pub enum Side {
        /// Was shown a letter with temporary passwords.
        Letter => "letter",
        /// Entered, amended or decided on an application, or was shown a certificate password.
        Grant => "grant",
    }
}

/// The side of a person.
///
/// # Errors
/// Errors of the database.
pub async fn side_of(
    db: impl Into<Db<'_>>,
    contract_id: &str,
    employee_number: &str,
) -> Result<Option<Side>, StoreError> {
    let statement =
        query("SELECT side FROM contract_duties WHERE contract_id = $1 AND employee_number = $2")
            .bind(contract_id.to_owned())
            .bind(employee_number.to_owned());
    let row = db.into().optional(statement).await?;
    row.map(|row| Row::new("contract_duties", &row).word("side"))
        .transpose()
}

/// Puts a person on a side. False if they are on the other one.
///
/// # Errors
/// Errors of the database.
pub async fn take(
    tx: &mut Tx,
    contract_id: &str,
    by: &Contributor,
    side: Side,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let statement = query(
        "INSERT INTO contract_duties (contract_id, employee_number, side, staff_id, at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (contract_id, employee_number) DO UPDATE SET at = contract_duties.at \
         WHERE contract_duties.side = excluded.side",
    )
    .bind(contract_id.to_owned())
    .bind(by.employee_number.clone())
    .bind(side.as_str())
    .bind(by.staff_id.clone())
    .bind(at.as_second());
    Ok(tx.change(statement).await? == 1)
}
