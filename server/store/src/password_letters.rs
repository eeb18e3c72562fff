//! Letters with passwords: one person requests a letter, another one is shown it. The schema enforces, by person, who
//! is not shown it: the requester, the person who entered the contract or approved the reset, and anybody on the other
//! side of the contract ([`contract_duties`](super::contract_duties)).

use jiff::Timestamp;

use super::contract_duties::Side;
use super::proposals::Contributor;
use super::row::Row;
use super::sql::query;
use super::{Db, StoreError, Tx};

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
pub enum Of<'a> {
    /// Temporary passwords of a contract (id) for which nobody has registered.
    Contract(&'a str),
    /// The certificate password of a grant.
    Grant {
        /// Its contract.
        contract_id: &'a str,
        /// The grant.
        grant_id: &'a str,
    },
    /// Temporary passwords of a user who has forgotten their own.
    Reset {
        /// Their contract.
        contract_id: &'a str,
        /// The approved proposal.
        reset_id: &'a str,
    },
}

impl Of<'_> {
    /// The contract.
    #[must_use]
    pub fn contract_id(&self) -> &str {
        match self {
            Self::Contract(contract_id)
            | Self::Grant { contract_id, .. }
            | Self::Reset { contract_id, .. } => contract_id,
        }
    }

    /// The side of the contract that a person takes who is shown the letter.
    #[must_use]
    pub fn side(&self) -> Side {
        match self {
            Self::Contract(_) | Self::Reset { .. } => Side::Letter,
            Self::Grant { .. } => Side::Grant,
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Contract(_) => "login",
            Self::Grant { .. } => "acquisition",
            Self::Reset { .. } => "reset",
        }
    }

    fn grant_id(&self) -> Option<String> {
        match self {
            Self::Grant { grant_id, .. } => Some((*grant_id).to_owned()),
            Self::Contract(_) | Self::Reset { .. } => None,
        }
    }

    fn reset_id(&self) -> Option<String> {
        match self {
            Self::Reset { reset_id, .. } => Some((*reset_id).to_owned()),
            Self::Contract(_) | Self::Grant { .. } => None,
        }
    }

    /// Of all requests for this letter, at most one waits.
    fn key(&self) -> String {
        let narrower = self.grant_id().or_else(|| self.reset_id());
        narrower.unwrap_or_else(|| self.contract_id().to_owned())
    }
}

/// The letter that was requested and not shown yet.
///
/// # Errors
/// Errors of the database.
pub async fn waiting(db: impl Into<Db<'_>>, of: Of<'_>) -> Result<Option<Asked>, StoreError> {
    let statement = query(
        "SELECT id, asked_by, asked_employee_number, asked_at FROM password_letters \
         WHERE COALESCE(grant_id, reset_id, contract_id) = $1 AND kind = $2 AND shown_by IS NULL",
    )
    .bind(of.key())
    .bind(of.kind());
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
    let before = query(
        "DELETE FROM password_letters WHERE COALESCE(grant_id, reset_id, contract_id) = $1 AND shown_by IS NULL",
    )
    .bind(of.key());
    tx.change(before).await?;
    let statement = query(
        "INSERT INTO password_letters (id, kind, contract_id, grant_id, reset_id, reset_approved_employee_number, \
         entered_employee_number, side, asked_by, asked_employee_number, asked_at) \
         SELECT $1, $2, c.id, $4, $5, p.decided_employee_number, c.entered_employee_number, $6, $7, $8, $9 \
         FROM contracts c LEFT JOIN proposals p ON p.id = $5 WHERE c.id = $3",
    )
    .bind(id.to_owned())
    .bind(of.kind())
    .bind(of.contract_id().to_owned())
    .bind(of.grant_id())
    .bind(of.reset_id())
    .bind(of.side().as_str())
    .bind(by.staff_id.clone())
    .bind(by.employee_number.clone())
    .bind(at.as_second());
    tx.change(statement).await.map(drop)
}

/// Records to whom a letter was shown; that person is on its side of the contract already. False if it was shown
/// before, or the person contributed to the entry of the contract (for its first letter) or of the reset.
///
/// # Errors
/// [`StoreError::Constraint`] if the person requested it, entered the contract, approved the reset, or has the other duty.
pub async fn show(
    tx: &mut Tx,
    id: &str,
    by: &Contributor,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let statement = query(
        "UPDATE password_letters SET shown_by = $2, shown_employee_number = $3, shown_at = $4 \
         WHERE id = $1 AND shown_by IS NULL AND (kind <> 'login' OR NOT EXISTS (SELECT 1 FROM contracts c \
         JOIN proposal_revisions h ON h.proposal_id = c.proposal_id \
         WHERE c.id = password_letters.contract_id AND h.employee_number = $3)) \
         AND NOT EXISTS (SELECT 1 FROM proposal_revisions h WHERE h.proposal_id = password_letters.reset_id \
         AND h.employee_number = $3)",
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
    let statement = query(
        "SELECT 1 AS one FROM contracts c WHERE c.id = $1 AND (c.entered_employee_number = $2 OR EXISTS (SELECT 1 \
         FROM proposal_revisions h WHERE h.proposal_id = c.proposal_id AND h.employee_number = $2))",
    )
    .bind(contract_id.to_owned())
    .bind(employee_number.to_owned());
    Ok(db.into().optional(statement).await?.is_some())
}

/// Whether the letter of a reset was shown.
///
/// # Errors
/// Errors of the database.
pub async fn is_shown(db: impl Into<Db<'_>>, reset_id: &str) -> Result<bool, StoreError> {
    let statement =
        query("SELECT 1 AS one FROM password_letters WHERE reset_id = $1 AND shown_by IS NOT NULL")
            .bind(reset_id.to_owned());
    Ok(db.into().optional(statement).await?.is_some())
}
