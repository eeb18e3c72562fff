//! Returned messages, and messages that are sent again. A returned message is listed with those that were given up: the
//! bank sees it, and asks the customer for an address that works.

use jiff::Timestamp;
use serde_json::json;

use crate::services::account_service::AccountService;
use crate::services::command::Outcome;
use crate::services::{Fault, RequestContext, Result};
use crate::store::audit::AuditAction;
use crate::store::outbox::{self, State};
use crate::store::users;

/// Stable word for a returned message.
pub const BOUNCED: &str = "mail-bounced";

impl AccountService<'_> {
    /// Records that one of these messages was returned with this reply of the mail server. Returns which one was
    /// recorded now: none for ids that are unknown, not sent, or recorded before.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn message_bounced(
        &self,
        notifications: &[String],
        said: &str,
        now: Timestamp,
    ) -> Result<Option<String>> {
        let context = RequestContext::system(now);
        let noted = self.transaction(async |tx| {
            for id in notifications {
                if !outbox::set_bounced(tx, id, BOUNCED, said, now).await? {
                    continue;
                }
                let mail = outbox::find(&mut *tx, id).await?;
                let mail = mail.ok_or(Fault::Inconsistent("message is missing"))?;
                let entry = context.audit(AuditAction::MailBounced, ("mail", id));
                let detail = json!({ "kind": mail.kind, "user": mail.user_id });
                entry.detail(detail).write(tx).await?;
                return Ok(Some(id.clone()));
            }
            Ok(None)
        });
        noted.await
    }

    /// Has a failed message sent again, to its user's current address. False if it is not one of those.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn send_again(&self, id: &str, now: Timestamp) -> Result<bool> {
        let context = RequestContext::system(now);
        let command = context.command(AuditAction::MailRetried, ("mail", id));
        let sent = self.execute(command, async |tx| {
            let mail = outbox::find(&mut *tx, id).await?;
            let Some(mail) = mail.filter(|mail| mail.state == State::Failed) else {
                return Ok(Outcome::recorded(false));
            };
            // One to the bank's operators keeps its address.
            let address = match &mail.user_id {
                None => mail.recipient.clone(),
                Some(user_id) => {
                    let user = users::find(&mut *tx, user_id).await?;
                    user.ok_or(Fault::Inconsistent("no such recipient"))?.email
                }
            };
            if !outbox::set_waiting(tx, id, &address, now).await? {
                return Ok(Outcome::recorded(false));
            }
            let changed = address != mail.recipient;
            let detail =
                json!({ "kind": mail.kind, "user": mail.user_id, "address-changed": changed });
            Ok(Outcome::done(true).detail(detail))
        });
        sent.await
    }
}
