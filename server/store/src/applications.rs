//! Approved applications for the certificate method, to which grants refer. [`proposals`](super::proposals) has their
//! history.

use jiff::Timestamp;

use super::sql::query;
use super::text_enum::text_enum;
use super::{StoreError, Tx};

text_enum! {
    /// State of an application.
    pub enum State {
        /// Waiting for the second person.
        Entered => "entered",
        /// A grant was given.
        Approved => "approved",
        /// Refused.
        Rejected => "rejected",
    }
}

/// An application to be recorded.
#[derive(Debug, Clone)]
pub struct NewApplication {
    /// Id.
    pub id: String,
    /// The contract.
    pub contract_id: String,
    /// Number of the paper form.
    pub reference: String,
    /// The contract's version as it was shown.
    pub contract_version: i64,
    /// Who entered it.
    pub entered_by: String,
    /// Now.
    pub entered_at: Timestamp,
}

/// Enters an application.
///
/// # Errors
/// [`StoreError::Duplicate`] when the contract has one that is not decided.
pub async fn insert(tx: &mut Tx, new: &NewApplication) -> Result<(), StoreError> {
    let statement = query(
        "INSERT INTO applications (id, contract_id, reference, contract_version, version, state, entered_by, \
         entered_at) VALUES ($1, $2, $3, $4, 1, 'entered', $5, $6)",
    )
    .bind(new.id.clone())
    .bind(new.contract_id.clone())
    .bind(new.reference.clone())
    .bind(new.contract_version)
    .bind(new.entered_by.clone())
    .bind(new.entered_at.as_second());
    tx.change(statement).await.map(drop)
}

/// Decides it. False if it was already decided or `seen_version` is no longer its version.
///
/// # Errors
/// [`StoreError::Constraint`] when `by` entered it.
pub async fn decide(
    tx: &mut Tx,
    id: &str,
    seen_version: i64,
    state: State,
    by: &str,
    at: Timestamp,
    reason: Option<&str>,
) -> Result<bool, StoreError> {
    let statement = query(
        "UPDATE applications SET state = $3, decided_by = $4, decided_at = $5, reason = $6 \
         WHERE id = $1 AND version = $2 AND state = 'entered'",
    )
    .bind(id.to_owned())
    .bind(seen_version)
    .bind(state.as_str())
    .bind(by.to_owned())
    .bind(at.as_second())
    .bind(reason.map(str::to_owned));
    Ok(tx.change(statement).await? == 1)
}
