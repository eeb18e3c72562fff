//! Requests a user's certificate by a grant: that of an interrupted issue, otherwise an open one.

use jiff::Timestamp;

use super::displace::forget;
use super::{Authorization, Status, Subject};
use crate::services::account_service::AccountService;
use crate::services::authentication::login::with_acquisition::is_proved;
use crate::services::certificates::lifecycle;
use crate::services::command::Outcome;
use crate::services::{Fault, Refusal, RequestContext, Result, Services};
use crate::store::audit::AuditAction;
use crate::store::certificates;
use crate::store::users::{self, User};
use crate::store::{Tx, contracts, grants, sessions};

impl AccountService<'_> {
    /// From when a re-issue approved now can be used; `None`: at once.
    pub(in crate::services) fn usable_from(&self, now: Timestamp) -> Option<Timestamp> {
        let wait = self.settings.periods.reissue_wait;
        let from = now.checked_add(wait).unwrap_or(Timestamp::MAX);
        (!wait.is_zero()).then_some(from)
    }

    /// When the user's grant can be used, if it has to wait.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn grant_waits(&self, user: &User, now: Timestamp) -> Result<Option<Timestamp>> {
        let pending = certificates::pending_for_user(self.store, &user.id).await?;
        if pending.is_some_and(|row| row.grant_id.is_some()) {
            return Ok(None);
        }
        let open = grants::open_for_user(self.store, &user.id, &user.contract_id, now).await?;
        Ok(open.and_then(|grant| grant.waits_until(now)))
    }
}

impl Services {
    /// Creates a request for the user of the context, bound to the browser whose session token has the digest `binding`.
    ///
    /// # Errors
    /// [`Refusal::OutOfOrder`] if 証明書取得用パスワード is required and was not entered in this session for this grant;
    /// [`Refusal::GrantWaiting`] until the waiting time of a re-issue has passed,
    /// [`Refusal::GrantMissing`] without an approved application (R2), [`Refusal::CertificateActive`] if the user has a
    /// certificate that was not revoked (D1).
    pub async fn create_request(&self, context: &RequestContext, binding: &str) -> Result<Status> {
        let user_id = context.user_id()?;
        let command = context.command(AuditAction::RequestCreated, ("user", user_id));
        let accounts = self.accounts();
        let made = accounts.execute(command, async |tx| {
            let user = users::find(&mut *tx, user_id).await?;
            let user = user.ok_or(Refusal::SessionEnded)?;
            let grant = self.grant_for(context, tx, &user).await?;
            if self.settings().passwords.acquisition {
                let session = sessions::find(&mut *tx, binding).await?;
                let data = session.map(|session| session.data).unwrap_or_default();
                if !is_proved(&data, &grant) {
                    return Err(Refusal::OutOfOrder.into());
                }
            }
            let (subject, grant) = (Subject::User(user.id), Authorization::Grant(grant));
            let made = self.put_request(context, tx, &subject, grant, binding);
            Ok(Outcome::recorded(made.await?))
        });
        self.request_status(&made.await?, binding, context.now)
            .await
    }

    /// The grant that a new request depends on.
    async fn grant_for(
        &self,
        context: &RequestContext,
        tx: &mut Tx,
        user: &User,
    ) -> Result<String> {
        let contract = contracts::find(&mut *tx, &user.contract_id).await?;
        let contract = contract.ok_or(Fault::Inconsistent("user without contract"))?;
        if contract.status != contracts::Status::Active {
            return Err(Refusal::ContractCancelled.into());
        }
        lifecycle::lapse_expired(tx, context, &user.id).await?;
        let pending = certificates::pending_for_user(&mut *tx, &user.id).await?;
        if let Some(grant) = pending.as_ref().and_then(|row| row.grant_id.clone()) {
            return Ok(grant);
        }
        if lifecycle::in_the_way(tx, &user.id).await?.is_some() {
            return Err(Refusal::CertificateActive.into());
        }
        let open = grants::open_for_user(&mut *tx, &user.id, &user.contract_id, context.now);
        let grant = open.await?.ok_or(Refusal::GrantMissing)?;
        if let Some(from) = grant.waits_until(context.now) {
            return Err(Refusal::GrantWaiting { from }.into());
        }
        if let Some(forgotten) = pending {
            forget(tx, context, &forgotten).await?;
        }
        Ok(grant.id)
    }
}
