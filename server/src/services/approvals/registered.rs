//! Somebody registers while an application of the contract waits: it is for this user now, whom nobody has seen yet. So it
//! gets a further version, and is approved by nobody who has not looked at that one.

use serde_json::{Value, json};

use super::Kind;
use super::subject::Subject;
use crate::services::Result;
use crate::store::proposals;
use crate::store::{Db, Tx};

/// An application that waits, and what it was about.
pub(in crate::services) struct Waiting {
    id: String,
    contract_id: String,
    before: String,
}

/// The application that waits for a contract; to be asked before its user is made.
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

/// Makes it a further version, for the user who is there now; what had changed before stays to be amended. Answers what the
/// audit log tells of it.
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
