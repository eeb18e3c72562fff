//! Letters to customers: which deed is told to whom. A letter is written in the transaction of the deed it tells of, so
//! there is never one without the other; it is sent later, at least once.
//!
//! Each letter has a key that names deed and stage: the same one is never written twice, however often a job runs.
//!
//! - this file: writing a letter
//! - [`deliver`]: handing letters over to the mail server, again and again if need be
//! - [`dead`]: letters that were given up, for the bank

pub mod dead;
pub mod deliver;

use jiff::Timestamp;

use super::{Fault, Result};
use crate::mail::{Letter, To};
use crate::store::outbox::{self, NewMail};
use crate::store::users::User;
use crate::store::{Store, Tx, contracts, id};

/// Writes a letter to `user`, unless one of that `key` was written before or the bank sends no mail. The deed's own
/// audit row stands for it. True when it was written now.
///
/// # Errors
/// Faults of the store.
pub(in crate::workflow) async fn tell(
    tx: &mut Tx,
    user: &User,
    key: &str,
    letter: &Letter,
    now: Timestamp,
) -> Result<bool> {
    if !tx.keeps_letters() {
        return Ok(false);
    }
    let contract = contracts::find(&mut *tx, &user.contract_id).await?;
    let contract = contract.ok_or(Fault::Inconsistent("user without contract"))?;
    let facts = Facts {
        to: To {
            company: contract.company_name,
            person: user.name.clone(),
            login_hint: To::hint(&user.login_id),
        },
        letter: letter.clone(),
    };
    let new = NewMail {
        id: id::new_id()?,
        key: format!("{}:{key}", letter.kind()),
        kind: letter.kind(),
        user_id: user.id.clone(),
        recipient: user.email.clone(),
        lang: outbox::language(&mut *tx, &user.id).await?,
        facts: serde_json::to_string(&facts).map_err(|_| Fault::Inconsistent("letter"))?,
        created_at: now,
    };
    Ok(outbox::insert(tx, &new).await?)
}

/// Whether a letter was written under that key, so that a job need not open a transaction to find out.
///
/// # Errors
/// Faults of the store.
pub(in crate::workflow) async fn told(store: &Store, letter: &Letter, key: &str) -> Result<bool> {
    Ok(outbox::is_written(store, &format!("{}:{key}", letter.kind())).await?)
}

/// What the table keeps of a letter.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct Facts {
    to: To,
    letter: Letter,
}
