//! Somebody registers while an application of the contract waits: it is now for this user, whom nobody has seen yet. So
//! it gets a new version, which an approver must have seen.

use serde_json::{Value, json};

use super::Kind;
use super::subject::Subject;
use crate::services::Result;
use crate::store::proposals;
use crate::store::{Db, Tx};

/// A waiting application, and its earlier subject.
pub(in crate::services) struct Waiting {
    id: String,
    contract_id: String,
    before: String,
}

/// The waiting application of a contract; read before its user is created.
///
/// # Errors
/// Faults of the store.
pub(in crate::services) async fn before_registration(
    tx: &mut Tx,
    contract_id: &str,
) -> Result<Option<Waiting>> {
    let kind = Kind::Application;
    let Some(proposal) = proposals::waiting_for(&mut *tx, kind, contract_id).await? else {
        return Ok(None);
    };
    let subject = Subject::load(Db::from(&mut *tx), kind, contract_id).await?;
    Ok(Some(Waiting {
        id: proposal.id,
        contract_id: contract_id.to_owned(),
        before: subject.seen(kind),
    }))
}

/// Creates a new version, for the new user; earlier changes still require an amendment. Returns what the audit log
/// records about it.
///
/// # Errors
/// Faults of the store.
pub(in crate::services) async fn after_registration(
    tx: &mut Tx,
    waiting: Option<Waiting>,
) -> Result<Option<Value>> {
    let Some(Waiting {
        id,
        contract_id,
        before,
    }) = waiting
    else {
        return Ok(None);
    };
    let kind = Kind::Application;
    let subject = Subject::load(Db::from(&mut *tx), kind, &contract_id).await?;
    let seen = subject.seen(kind);
    let version = proposals::look_again(tx, &id, &before, &seen).await?;
    Ok(version.map(|version| json!({ "proposal": id, "version": version, "seen": seen })))
}
