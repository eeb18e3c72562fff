//! 事故登録 before the issue: the customer calls because nobody there applied. One person stops the approved issue at once;
//! it takes nothing away that a new application could not give.

use serde_json::json;

use crate::mail::{Notification, To};
use crate::services::account_service::AccountService;
use crate::services::approvals::{Kind, ProposedChange, ProposedChangeForm, rights};
use crate::services::command::Outcome;
use crate::services::notifications::tell;
use crate::services::records::Grant;
use crate::services::{Refusal, RequestContext, Result, StaffRefusal};
use crate::store::audit::AuditAction;
use crate::store::users;
use crate::store::{Subject, enrolment_requests as requests, grants};

impl AccountService<'_> {
    /// A grant, for the page on which it is stopped.
    ///
    /// # Errors
    /// [`Refusal::GrantMissing`].
    pub async fn grant(&self, grant_id: &str) -> Result<Grant> {
        let grant = grants::find(self.store, grant_id).await?;
        grant.ok_or(Refusal::GrantMissing.into())
    }

    /// Ends an open grant unused, and everything that was begun with it.
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`], [`Refusal::Fields`], [`Refusal::GrantMissing`] (no such grant), and
    /// [`StaffRefusal::NotInThatState`]: it was used or has lapsed. A certificate is then suspended or revoked instead.
    pub async fn stop_grant(
        &self,
        context: &RequestContext,
        grant_id: &str,
        form: &ProposedChangeForm,
    ) -> Result<Grant> {
        let (kind, now) = (Kind::Incident, context.now);
        let command = context.command(AuditAction::GrantStopped, ("grant", grant_id));
        let checked = self.audit_refusals(command, async {
            self.staff_with(context, rights::may_enter(kind)).await?;
            ProposedChange::check(kind, form, &self.settings.characters)
        });
        let change = checked.await?;
        let stopped = self.execute(command, async |tx| {
            let grant = grants::find(&mut *tx, grant_id).await?;
            let grant = grant.ok_or(Refusal::GrantMissing)?;
            if now >= grant.expires_at || !grants::lapse(tx, grant_id).await? {
                return Err(StaffRefusal::NotInThatState.into());
            }
            let Some(user_id) = grant.user_id.clone() else {
                return Err(StaffRefusal::NotInThatState.into());
            };
            let user = users::find(&mut *tx, &user_id).await?;
            let user = user.ok_or(StaffRefusal::UserUnknown)?;
            let subject = Subject::User(user_id.clone());
            let failed = requests::Outcome::Failed("grant-stopped");
            requests::finish_all(tx, &subject, failed, now).await?;
            let message = Notification::GrantStopped {
                whose: To::hint(&user.login_id),
                at: now,
            };
            for one in users::list_for_contract(&mut *tx, &grant.contract_id).await? {
                let key = format!("{grant_id}:{}", one.id);
                tell(tx, &one, &key, &message, now).await?;
            }
            let detail = json!({ "grant": grant_id, "note": change.note() });
            Ok(Outcome::done(grant).to("user", user_id).detail(detail))
        });
        stopped.await
    }
}
