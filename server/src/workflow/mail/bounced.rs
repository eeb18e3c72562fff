//! Letters that came back, and letters that are sent once more. What came back stands with those that were given up: the
//! bank is shown it, and asks the customer for an address that works.

use jiff::Timestamp;
use serde_json::json;

use crate::store::audit::Actor;
use crate::store::outbox::{self, State};
use crate::store::users;
use crate::workflow::audited::audit;
use crate::workflow::people::People;
use crate::workflow::{Fault, Result};

/// Stable word of a letter that came back.
pub const BOUNCED: &str = "mail-bounced";

impl People<'_> {
    /// Notes that one of these letters came back with what the mail server `said`. Answers which one was noted now: none for
    /// ids that are unknown, not sent, or noted before.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn letter_bounced(
        &self,
        letters: &[String],
        said: &str,
        now: Timestamp,
    ) -> Result<Option<String>> {
        let mut tx = self.store.begin().await?;
        for id in letters {
            if !outbox::set_bounced(&mut tx, id, BOUNCED, said, now).await? {
                continue;
            }
            let mail = outbox::find(&mut tx, id).await?;
            let mail = mail.ok_or(Fault::Inconsistent("letter is gone"))?;
            audit(Actor::System, "mail.bounced", "mail", id)
                .detail(json!({ "kind": mail.kind, "user": mail.user_id }))
                .write(&mut tx, now)
                .await?;
            tx.commit().await?;
            return Ok(Some(id.clone()));
        }
        Ok(None)
    }

    /// Has a letter that was given up sent once more, to the address its user has now. False when it is not one of those.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn send_again(&self, id: &str, now: Timestamp) -> Result<bool> {
        let mut tx = self.store.begin().await?;
        let Some(mail) = outbox::find(&mut tx, id).await? else {
            return Ok(false);
        };
        if mail.state != State::Dead {
            return Ok(false);
        }
        // One to the bank's operators goes where it went.
        let address = match &mail.user_id {
            None => mail.recipient.clone(),
            Some(user_id) => {
                let user = users::find(&mut tx, user_id).await?;
                user.ok_or(Fault::Inconsistent("letter to nobody"))?.email
            }
        };
        if !outbox::set_waiting(&mut tx, id, &address, now).await? {
            return Ok(false);
        }
        let changed = address != mail.recipient;
        audit(Actor::System, "mail.again", "mail", id)
            .detail(json!({ "kind": mail.kind, "user": mail.user_id, "address-changed": changed }))
            .write(&mut tx, now)
            .await?;
        tx.commit().await?;
        Ok(true)
    }
}
