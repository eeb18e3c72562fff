//! Letters with passwords: one person requests a letter, another one is shown it. The schema enforces, by person, who
//! is not shown it: the requester, the person who entered the contract, and anybody on the other side of it
//! ([`contract_duties`](super::contract_duties)).

use jiff::Timestamp;

use super::proposals::Contributor;
use super::row::Row;
use super::text_enum::text_enum;
use super::{Db, StoreError, Tx};

text_enum! {
    /// Kind of a letter.
    pub enum Kind {
        /// Temporary passwords of a contract.
        Login => "login",
        /// The certificate password of a grant.
        Acquisition => "acquisition",
    }
}

/// A requested letter that awaits the second person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Id.
    pub id: String,
    /// Who requested it.
    pub by: Contributor,
    /// When.
    pub at: Timestamp,
}

/// Subject of a letter.
#[derive(Debug, Clone, Copy)]
pub struct Of<'a> {
    /// Its kind.
    pub kind: Kind,
    /// The contract.
    pub contract_id: &'a str,
    /// The grant, for a certificate password.
    pub grant_id: Option<&'a str>,
}

impl Of<'_> {
    fn key(&self) -> String {
        self.grant_id.unwrap_or(self.contract_id).to_owned()
    }
}

/// The letter that was requested and not shown yet.
///
/// # Errors
/// Errors of the database.
pub async fn waiting(db: impl Into<Db<'_>>, of: Of<'_>) -> Result<Option<Asked>, StoreError> {
    let statement = sqlx::query(
        "SELECT id, asked_by, asked_employee_number, asked_at FROM password_letters \
         WHERE COALESCE(grant_id, contract_id) = $1 AND kind = $2 AND shown_by IS NULL",
    )
    .bind(of.key())
    .bind(of.kind.as_str());
    let Some(found) = db.into().optional(statement).await? else {
        return Ok(None);
    };
    let row = Row::new("password_letters", &found);
    Ok(Some(Asked {
        id: row.text("id")?,
        by: Contributor {
            staff_id: row.text("asked_by")?,
            employee_number: row.text("asked_employee_number")?,
        },
        at: row.time("asked_at")?,
    }))
}

/// Requests a letter, replacing an earlier request that waits.
///
/// # Errors
/// Errors of the database.
pub async fn ask(
    tx: &mut Tx,
    id: &str,
    of: Of<'_>,
    by: &Contributor,
    at: Timestamp,
) -> Result<(), StoreError> {
    let before = sqlx::query(
        "DELETE FROM password_letters WHERE COALESCE(grant_id, contract_id) = $1 AND shown_by IS NULL",
    )
    .bind(of.key());
    tx.change(before).await?;
    let statement = sqlx::query(
        "INSERT INTO password_letters (id, kind, contract_id, grant_id, entered_employee_number, side, asked_by, asked_employee_number, \
         asked_at) SELECT $1, $2, c.id, $4, c.entered_employee_number, CASE $2 WHEN 'login' THEN 'letter' ELSE 'grant' END, \
         $5, $6, $7 FROM contracts c WHERE c.id = $3",
    )
    .bind(id.to_owned())
    .bind(of.kind.as_str())
    .bind(of.contract_id.to_owned())
    .bind(of.grant_id.map(str::to_owned))
    .bind(by.staff_id.clone())
    .bind(by.employee_number.clone())
    .bind(at.as_second());
    tx.change(statement).await.map(drop)
}

/// Records to whom a letter was shown; that person is on its side of the contract already. False if it was shown
/// before, or (for a login letter) the person contributed to the entry of the contract.
///
/// # Errors
/// [`StoreError::Constraint`] if the person requested it, entered the contract, or has the other duty.
pub async fn show(
    tx: &mut Tx,
    id: &str,
    by: &Contributor,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let statement = sqlx::query(
        "UPDATE password_letters SET shown_by = $2, shown_employee_number = $3, shown_at = $4 \
         WHERE id = $1 AND shown_by IS NULL AND (kind <> 'login' OR NOT EXISTS (SELECT 1 FROM contracts c \
         JOIN proposal_revisions h ON h.proposal_id = c.proposal_id \
         WHERE c.id = password_letters.contract_id AND h.employee_number = $3))",
    )
    .bind(id.to_owned())
    .bind(by.staff_id.clone())
    .bind(by.employee_number.clone())
    .bind(at.as_second());
    Ok(tx.change(statement).await? == 1)
}

/// Whether a person contributed to the entry of a contract.
///
/// # Errors
/// Errors of the database.
pub async fn entered(
    db: impl Into<Db<'_>>,
    contract_id: &str,
    employee_number: &str,
) -> Result<bool, StoreError> {
    let statement = sqlx::query(
        "SELECT 1 AS one FROM contracts c WHERE c.id = $1 AND (c.entered_employee_number = $2 OR EXISTS (SELECT 1 \
         FROM proposal_revisions h WHERE h.proposal_id = c.proposal_id AND h.employee_number = $2))",
    )
    .bind(contract_id.to_owned())
    .bind(employee_number.to_owned());
    Ok(db.into().optional(statement).await?.is_some())
}
