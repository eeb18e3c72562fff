//! Notices by mail that depend on time: a certificate will expire (R8), an application was not used before its deadline.
//!
//! Pending notices follow from the current state alone. There is one notice in a certificate's renewal window and one
//! in its last days; if the server was down for the first one, only the second is sent.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::mail::Notification;
use crate::services::command::Outcome;
use crate::services::notifications::tell;
use crate::services::{RequestContext, Result, Services};
use crate::store::audit::AuditAction;
use crate::store::certificates::{self, Certificate};
use crate::store::grants::{self, Grant};
use crate::store::users;

/// Certificates and grants of one read.
const PAGE: i64 = 200;

/// How near the expiry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The renewal window is open.
    First,
    /// The last days.
    Last,
}

impl Stage {
    const fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Last => "last",
        }
    }
}

impl Services {
    /// Writes the pending notices. Returns how many.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn write_notices(&self, now: Timestamp) -> Result<u64> {
        if !self.inner.store.sends_mail() {
            return Ok(0);
        }
        let periods = &self.settings().periods;
        let last = later(now, periods.last_notice);
        let first = later(now, periods.renewal_window);
        let near = self.notices_between(now, last, Stage::Last, now).await?;
        let far = self.notices_between(last, first, Stage::First, now).await?;
        Ok(near + far)
    }

    /// For active certificates that expire after `from` and not after `to`.
    async fn notices_between(
        &self,
        from: Timestamp,
        to: Timestamp,
        stage: Stage,
        now: Timestamp,
    ) -> Result<u64> {
        let mut written = 0;
        let mut after = (from, String::new());
        loop {
            let store = &self.inner.store;
            let page = certificates::ending(store, &after, to, PAGE).await?;
            let Some(end) = page.last() else {
                return Ok(written);
            };
            after = (end.not_after, end.id.clone());
            for certificate in page {
                written += u64::from(self.notice(&certificate, stage, now).await?);
            }
        }
    }

    /// One notice; false if it was written before or the certificate is no longer active.
    async fn notice(&self, seen: &Certificate, stage: Stage, now: Timestamp) -> Result<bool> {
        let key = format!("{}:{}", seen.id, stage.as_str());
        let notification = Notification::CertificateExpiring {
            serial: seen.serial.clone(),
            not_after: seen.not_after,
        };
        if crate::services::notifications::told(&self.inner.store, &notification, &key).await? {
            return Ok(false);
        }
        let context = RequestContext::system(now);
        let command = context.command(AuditAction::NoticeWritten, ("certificate", &seen.id));
        let accounts = self.accounts();
        let written = accounts.execute(command, async |tx| {
            let row = certificates::find(&mut *tx, &seen.id).await?;
            let row = row.filter(|row| row.state == certificates::State::Active);
            let user = match row.and_then(|row| row.user_id) {
                Some(user_id) => users::find(&mut *tx, &user_id).await?,
                None => None,
            };
            let Some(user) = user else {
                return Ok(Outcome::recorded(false));
            };
            if !tell(tx, &user, &key, &notification, now).await? {
                return Ok(Outcome::recorded(false));
            }
            let detail = json!({ "stage": stage.as_str(), "not_after": seen.not_after });
            Ok(Outcome::done(true).detail(detail))
        });
        written.await
    }

    /// Ends grants past their deadline (取得期限), and notifies their users. Returns how many.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn lapse_grants(&self, now: Timestamp) -> Result<u64> {
        let mut lapsed = 0;
        loop {
            let page = grants::past_their_time(&self.inner.store, now, PAGE).await?;
            if page.is_empty() {
                return Ok(lapsed);
            }
            for grant in page {
                lapsed += u64::from(self.lapse_grant(&grant, now).await?);
            }
        }
    }

    /// False if it was used or has lapsed in the meantime.
    async fn lapse_grant(&self, grant: &Grant, now: Timestamp) -> Result<bool> {
        let context = RequestContext::system(now);
        let command = context.command(AuditAction::GrantLapsed, ("grant", &grant.id));
        let accounts = self.accounts();
        let lapsed = accounts.execute(command, async |tx| {
            if !grants::lapse(tx, &grant.id).await? {
                return Ok(Outcome::recorded(false));
            }
            let notification = Notification::GrantLapsed {
                at: grant.expires_at,
            };
            let users = users::list_for_contract(&mut *tx, &grant.contract_id).await?;
            let wanted = |user: &users::User| grant.user_id.as_ref() == Some(&user.id);
            if let Some(user) = users.into_iter().find(wanted) {
                tell(tx, &user, &grant.id, &notification, now).await?;
            }
            let detail = json!({ "contract": grant.contract_id, "expired": grant.expires_at });
            Ok(Outcome::done(true).detail(detail))
        });
        lapsed.await
    }
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;
