//! Failed messages: the bank sees addresses that do not work, and asks the customer.

use jiff::Timestamp;

use crate::services::account_service::AccountService;
use crate::services::{Fault, Result};
use crate::store::outbox;
use crate::store::{contracts, users};

/// A message that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedMessage {
    /// Id of the message.
    pub id: String,
    /// Its contract.
    pub contract_id: String,
    /// The company's name.
    pub company_name: String,
    /// The user.
    pub user_id: String,
    /// The user's name.
    pub user_name: String,
    /// The user's login ID.
    pub login_id: String,
    /// The recipient's address.
    pub address: String,
    /// Whether the user's address has changed since.
    pub address_changed: bool,
    /// Kind of the notification: a stable word.
    pub kind: String,
    /// Time when it was written.
    pub written_at: Timestamp,
    /// Time when it was given up.
    pub given_up_at: Timestamp,
    /// Why: a stable word.
    pub error: String,
    /// Response of the mail server.
    pub reply: String,
}

impl AccountService<'_> {
    /// Messages that were given up, newest first, at most `limit`.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn failed_messages(&self, limit: u16) -> Result<Vec<FailedMessage>> {
        self.failed_messages_before((Timestamp::MAX, ""), limit)
            .await
    }

    /// Those given up before a time and id, newest first.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn failed_messages_before(
        &self,
        (at, id): (Timestamp, &str),
        limit: u16,
    ) -> Result<Vec<FailedMessage>> {
        let mut notifications = Vec::new();
        for mail in outbox::failed_before(self.store, at, id, i64::from(limit)).await? {
            // One to the bank's operators is only in the log.
            let Some(user_id) = &mail.user_id else {
                continue;
            };
            let user = users::find(self.store, user_id).await?;
            let user = user.ok_or(Fault::Inconsistent("no such recipient"))?;
            let contract = contracts::find(self.store, &user.contract_id).await?;
            let contract = contract.ok_or(Fault::Inconsistent("user without contract"))?;
            notifications.push(FailedMessage {
                id: mail.id,
                contract_id: contract.id,
                company_name: contract.company_name,
                user_id: user.id,
                user_name: user.name,
                login_id: user.login_id,
                address_changed: user.email != mail.recipient,
                address: mail.recipient,
                kind: mail.kind,
                written_at: mail.created_at,
                given_up_at: mail.ended_at.unwrap_or(mail.created_at),
                error: mail.error.unwrap_or_default(),
                reply: mail.reply.unwrap_or_default(),
            });
        }
        Ok(notifications)
    }

    /// How many messages wait, and how many were given up.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn mail_counts(&self) -> Result<(i64, i64)> {
        Ok(outbox::counts(self.store).await?)
    }
}
