//! Messages to the bank's operators: one when the warning period of an item begins, one when it is urgent, one when it
//! has expired.

use jiff::Timestamp;
use serde_json::json;

use super::{Expiry, Level};
use crate::mail::Notification;
use crate::services::command::Outcome;
use crate::services::notifications::operator_mail;
use crate::services::{RequestContext, Result, Services};
use crate::store::audit::AuditAction;
use crate::store::outbox;

/// The result of a run of the job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Warned {
    /// Items that need action.
    pub due: usize,
    /// Messages written.
    pub written: usize,
}

impl Services {
    /// Logs the items that need action, and writes the messages about them that were not written yet.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn warn_of_expiries(&self, now: Timestamp) -> Result<Warned> {
        let mut warned = Warned::default();
        for one in self.expiries(now).await? {
            if one.level == Level::Fine {
                continue;
            }
            warned.due += 1;
            say(&one, now);
            if self.inner.store.sends_mail() {
                warned.written += self.tell_operators(&one, now).await?;
            }
        }
        Ok(warned)
    }

    async fn tell_operators(&self, one: &Expiry, now: Timestamp) -> Result<usize> {
        let mut written = 0;
        let notification = Notification::SystemExpiring {
            item: one.item,
            name: one.name.clone(),
            ends: one.ends,
            error: one.error.clone(),
        };
        // The same item with another expiry is a new one.
        let stage = one.level.as_str();
        let broken = if one.error.is_some() { ":broken" } else { "" };
        let item = one.item.as_str();
        let key = format!(
            "{item}:{}:{}:{stage}{broken}",
            one.name,
            one.ends.as_second()
        );
        for address in &self.settings().warnings.operators {
            let bank = &self.settings().bank.name_ja;
            let mail = operator_mail(bank, address, &key, &notification, now)?;
            if outbox::is_written(&self.inner.store, &mail.key).await? {
                continue;
            }
            let context = RequestContext::system(now);
            let command = context.command(AuditAction::ExpiryTold, (item, &one.name));
            let accounts = self.accounts();
            let told = accounts.execute(command, async |tx| {
                if !outbox::insert(tx, &mail).await? {
                    return Ok(Outcome::recorded(0));
                }
                let detail = json!({ "level": stage, "ends": one.ends });
                Ok(Outcome::done(1).detail(detail))
            });
            written += told.await?;
        }
        Ok(written)
    }
}

fn say(one: &Expiry, now: Timestamp) {
    let (item, days) = (one.item.as_str(), one.days(now));
    let error = one.error.as_deref().unwrap_or_default();
    match one.level {
        Level::Fine | Level::Soon => {
            tracing::warn!(item, name = one.name, days, ends = %one.ends, error, "expires soon");
        }
        Level::Urgent => {
            tracing::error!(item, name = one.name, days, ends = %one.ends, error, "expires very soon");
        }
        Level::Over => {
            tracing::error!(item, name = one.name, days, ends = %one.ends, error, "has expired");
        }
    }
}
