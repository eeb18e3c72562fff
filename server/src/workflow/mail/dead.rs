//! Letters that were given up: addresses that do not work are flagged to the bank, which asks the customer.

use jiff::Timestamp;

use crate::store::outbox;
use crate::store::{contracts, users};
use crate::workflow::people::People;
use crate::workflow::{Fault, Result};

/// A letter that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Id of the mail.
    pub id: String,
    /// Of which contract.
    pub contract_id: String,
    /// The company's name.
    pub company_name: String,
    /// The user.
    pub user_id: String,
    /// The user's name.
    pub user_name: String,
    /// The user's login ID.
    pub login_id: String,
    /// The address that was tried.
    pub address: String,
    /// Whether the user's address is another one by now.
    pub address_changed: bool,
    /// What the letter told of: a stable word.
    pub kind: String,
    /// When it was written.
    pub written_at: Timestamp,
    /// When it was given up.
    pub given_up_at: Timestamp,
    /// Why: a stable word.
    pub trouble: String,
    /// What the mail server said.
    pub reply: String,
}

impl People<'_> {
    /// Letters that were given up, newest first, at most `limit`.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn dead_letters(&self, limit: u16) -> Result<Vec<DeadLetter>> {
        self.dead_letters_before((Timestamp::MAX, ""), limit).await
    }

    /// Those given up before a time and id, newest first.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn dead_letters_before(
        &self,
        (at, id): (Timestamp, &str),
        limit: u16,
    ) -> Result<Vec<DeadLetter>> {
        let mut letters = Vec::new();
        for mail in outbox::dead_before(self.store, at, id, i64::from(limit)).await? {
            // One to the bank's operators is in the log only.
            let Some(user_id) = &mail.user_id else {
                continue;
            };
            let user = users::find(self.store, user_id).await?;
            let user = user.ok_or(Fault::Inconsistent("letter to nobody"))?;
            let contract = contracts::find(self.store, &user.contract_id).await?;
            let contract = contract.ok_or(Fault::Inconsistent("user without contract"))?;
            letters.push(DeadLetter {
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
                trouble: mail.trouble.unwrap_or_default(),
                reply: mail.reply.unwrap_or_default(),
            });
        }
        Ok(letters)
    }

    /// How many letters wait, and how many were given up.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn mail_counts(&self) -> Result<(i64, i64)> {
        Ok(outbox::counts(self.store).await?)
    }
}
