//! Writing proposals: entered, amended, decided once; and what a registration or an approval changes.

use jiff::Timestamp;

use super::{Contributor, How, Kind, State};
use crate::row::Row;
use crate::sql::query;
use crate::{StoreError, Tx};

/// A proposal to be recorded.
#[derive(Debug, Clone)]
pub struct NewProposal<'a> {
    /// Id.
    pub id: &'a str,
    /// What is proposed.
    pub kind: Kind,
    /// Id of its subject.
    pub subject: &'a str,
    /// Its contract.
    pub contract_id: Option<&'a str>,
    /// Its content.
    pub content: &'a str,
    /// The subject's state now.
    pub seen: &'a str,
    /// Who enters it.
    pub by: &'a Contributor,
    /// Now.
    pub at: Timestamp,
}

/// Records a proposal.
///
/// # Errors
/// [`StoreError::Duplicate`] when one of this kind waits for this subject.
pub async fn insert(tx: &mut Tx, new: &NewProposal<'_>) -> Result<(), StoreError> {
    let statement = query(
        "INSERT INTO proposals (id, kind, subject, contract_id, content, seen, version, state, entered_by, \
         entered_employee_number, entered_at) VALUES ($1, $2, $3, $4, $5, $6, 1, 'entered', $7, $8, $9)",
    )
    .bind(new.id.to_owned())
    .bind(new.kind.as_str())
    .bind(new.subject.to_owned())
    .bind(new.contract_id.map(str::to_owned))
    .bind(new.content.to_owned())
    .bind(new.seen.to_owned())
    .bind(new.by.staff_id.clone())
    .bind(new.by.employee_number.clone())
    .bind(new.at.as_second());
    tx.change(statement).await?;
    touch(tx, new.id, 1, How::Entered, new.content, new.by, new.at).await
}

async fn touch(
    tx: &mut Tx,
    id: &str,
    version: i64,
    how: How,
    content: &str,
    by: &Contributor,
    at: Timestamp,
) -> Result<(), StoreError> {
    let statement = query(
        "INSERT INTO proposal_revisions (proposal_id, version, how, content, staff_id, employee_number, at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(id.to_owned())
    .bind(version)
    .bind(how.as_str())
    .bind(content.to_owned())
    .bind(by.staff_id.clone())
    .bind(by.employee_number.clone())
    .bind(at.as_second());
    tx.change(statement).await.map(drop)
}

/// A new version of a proposal that awaits approval.
#[derive(Debug, Clone)]
pub struct Revision<'a> {
    /// The version that it replaces.
    pub seen_version: i64,
    /// What the contributor did.
    pub how: How,
    /// The new content of the proposal.
    pub content: &'a str,
    /// The subject's state now.
    pub seen: &'a str,
    /// The contributor.
    pub by: &'a Contributor,
    /// Now.
    pub at: Timestamp,
}

/// Records a new version; its contributor counts as the one who entered it. False if it was decided or `seen_version`
/// is no longer its version.
pub async fn revise(tx: &mut Tx, id: &str, new: &Revision<'_>) -> Result<bool, StoreError> {
    let statement = query(
        "UPDATE proposals SET content = $3, seen = $4, version = version + 1, entered_by = $5, \
         entered_employee_number = $6, entered_at = $7 WHERE id = $1 AND version = $2 AND state = 'entered'",
    )
    .bind(id.to_owned())
    .bind(new.seen_version)
    .bind(new.content.to_owned())
    .bind(new.seen.to_owned())
    .bind(new.by.staff_id.clone())
    .bind(new.by.employee_number.clone())
    .bind(new.at.as_second());
    if tx.change(statement).await? != 1 {
        return Ok(false);
    }
    let version = new.seen_version + 1;
    touch(tx, id, version, new.how, new.content, new.by, new.at).await?;
    Ok(true)
}

/// The decision on a proposal.
#[derive(Debug, Clone)]
pub struct Decision<'a> {
    /// The version that was shown.
    pub seen_version: i64,
    /// The resulting state.
    pub state: State,
    /// By whom.
    pub by: &'a Contributor,
    /// Now.
    pub at: Timestamp,
    /// The reason, unless it is approved.
    pub reason: Option<&'a str>,
}

/// Decides. False if it was already decided, `seen_version` is no longer its version, or (except for a withdrawal) the
/// person is a contributor.
///
/// # Errors
/// [`StoreError::Constraint`] when the person is the one who entered it.
pub async fn decide(tx: &mut Tx, id: &str, end: &Decision<'_>) -> Result<bool, StoreError> {
    let statement = query(
        "UPDATE proposals SET state = $3, decided_by = $4, decided_employee_number = $5, decided_at = $6, reason = $7 \
         WHERE id = $1 AND version = $2 AND state = 'entered' \
         AND ($3 = 'withdrawn' OR entered_employee_number = $5 OR NOT EXISTS \
           (SELECT 1 FROM proposal_revisions h WHERE h.proposal_id = proposals.id AND h.employee_number = $5))",
    )
    .bind(id.to_owned())
    .bind(end.seen_version)
    .bind(end.state.as_str())
    .bind(end.by.staff_id.clone())
    .bind(end.by.employee_number.clone())
    .bind(end.at.as_second())
    .bind(end.reason.map(str::to_owned));
    Ok(tx.change(statement).await? == 1)
}

/// The subject of a waiting proposal has changed as expected: a new version, which nobody has seen yet, with the same
/// contributor. Returns the version, if the proposal still waits and its subject was as `before`.
pub async fn look_again(
    tx: &mut Tx,
    id: &str,
    before: &str,
    seen: &str,
) -> Result<Option<i64>, StoreError> {
    let statement = query(
        "UPDATE proposals SET seen = $3, version = version + 1 WHERE id = $1 AND seen = $2 AND state = 'entered' \
         RETURNING version",
    )
    .bind(id.to_owned())
    .bind(before.to_owned())
    .bind(seen.to_owned());
    let row = tx.returning(statement).await?;
    row.map(|row| Row::new("proposals", &row).int("version"))
        .transpose()
}

/// Records the contract that a proposal created.
pub async fn set_contract(tx: &mut Tx, id: &str, contract_id: &str) -> Result<(), StoreError> {
    let statement = query("UPDATE proposals SET contract_id = $2 WHERE id = $1")
        .bind(id.to_owned())
        .bind(contract_id.to_owned());
    tx.change(statement).await.map(drop)
}
