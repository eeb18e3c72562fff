//! Messages to customers: which operation notifies whom. A message is written in the transaction of its operation, so
//! there is never one without the other; it is sent later, at least once.
//!
//! Each message has a key of operation and stage: the same one is never written twice, however often a job runs.
//!
//! - this file: writing a message
//! - [`language`]: the language of messages
//! - [`deliver`]: delivering messages to the mail server, repeatedly if necessary
//! - [`bounced`]: returned messages, and messages sent again
//! - [`notices`]: certificates that will expire, grants that lapse
//! - [`failed`]: messages that were given up, for the bank

pub mod bounced;
pub mod deliver;
pub mod failed;
pub mod language;
pub mod notices;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;

use jiff::Timestamp;

use super::{Fault, Result};
use crate::mail::catalogue::OPERATOR;
use crate::mail::{Notification, To};
use crate::store::outbox::{self, NewMail};
use crate::store::users::User;
use crate::store::{Store, Tx, contracts, id};

/// Writes a message to `user`, unless one with that `key` was written before or the bank sends no mail. The operation's
/// own audit row covers it. True if it was written now.
///
/// # Errors
/// Faults of the store.
pub(in crate::services) async fn tell(
    tx: &mut Tx,
    user: &User,
    key: &str,
    notification: &Notification,
    now: Timestamp,
) -> Result<bool> {
    if !tx.sends_mail() {
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
        notification: notification.clone(),
    };
    let new = NewMail {
        id: id::new_id()?,
        key: format!("{}:{key}", notification.kind()),
        kind: notification.kind(),
        user_id: Some(user.id.clone()),
        recipient: user.email.clone(),
        lang: outbox::language(&mut *tx, &user.id).await?,
        facts: serde_json::to_string(&facts).map_err(|_| Fault::Inconsistent("letter"))?,
        created_at: now,
    };
    Ok(outbox::insert(tx, &new).await?)
}

/// A message to the bank's operators, in Japanese; under a separate key for each address.
///
/// # Errors
/// Faults.
pub(in crate::services) fn operator_mail(
    bank: &str,
    address: &str,
    key: &str,
    notification: &Notification,
    now: Timestamp,
) -> Result<NewMail> {
    let facts = Facts {
        to: To {
            company: bank.to_owned(),
            person: OPERATOR.to_owned(),
            login_hint: String::new(),
        },
        notification: notification.clone(),
    };
    Ok(NewMail {
        id: id::new_id()?,
        key: format!("{}:{key}:{address}", notification.kind()),
        kind: notification.kind(),
        user_id: None,
        recipient: address.to_owned(),
        lang: outbox::Language::Ja,
        facts: serde_json::to_string(&facts).map_err(|_| Fault::Inconsistent("letter"))?,
        created_at: now,
    })
}

/// Whether a message was written under that key, so that a job need not open a transaction to find out.
///
/// # Errors
/// Faults of the store.
pub(in crate::services) async fn told(
    store: &Store,
    notification: &Notification,
    key: &str,
) -> Result<bool> {
    Ok(outbox::is_written(store, &format!("{}:{key}", notification.kind())).await?)
}

/// The stored form of a message.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct Facts {
    to: To,
    notification: Notification,
}
