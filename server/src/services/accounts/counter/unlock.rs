//! Locks after wrong passwords (F4): one person of the bank releases 利用一時停止 at once; 利用停止 is proposed and released by a
//! second one.

use serde_json::json;

use crate::services::account_service::AccountService;
use crate::services::approvals::{ProposedChange, ProposedChangeForm, rights};
use crate::services::command::Outcome;
use crate::services::{RequestContext, Result, StaffRefusal};
use crate::store::audit::AuditAction;
use crate::store::proposals::{Kind, Proposal};
use crate::store::users;

impl AccountService<'_> {
    /// Releases a user's locks: at once (returns `None`), or by a proposal if the user is suspended.
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`](crate::services::Refusal::RoleMissing),
    /// [`Refusal::Fields`](crate::services::Refusal::Fields), [`StaffRefusal::UserUnknown`],
    /// [`StaffRefusal::NotInThatState`] (nothing is locked), and those of [`Self::propose`].
    pub async fn release_lock(
        &self,
        context: &RequestContext,
        user_id: &str,
        form: &ProposedChangeForm,
    ) -> Result<Option<Proposal>> {
        let user = users::find(self.store, user_id).await?;
        if user.is_some_and(|user| user.is_suspended()) {
            let proposed = self.propose(context, Kind::Unlock, user_id, form);
            return proposed.await.map(Some);
        }
        let command = context.command(AuditAction::UserLockReleased, ("user", user_id));
        let checked = self.audit_refusals(command, async {
            self.staff_with(context, rights::may_enter(Kind::Unlock))
                .await?;
            ProposedChange::check(Kind::Unlock, form, &self.settings.characters)
        });
        let change = checked.await?;
        let released = self.execute(command, async |tx| {
            let user = users::find(&mut *tx, user_id).await?;
            let user = user.ok_or(StaffRefusal::UserUnknown)?;
            let mut released = Vec::new();
            for (kind, password) in user.counted() {
                // Suspended in the meantime: that takes two people.
                if password.suspended {
                    return Err(StaffRefusal::NotInThatState.into());
                }
                if password
                    .locked_until
                    .is_some_and(|until| context.now < until)
                {
                    // As when the lock ends: the count towards 利用停止 continues.
                    let failures = password.failures;
                    users::set_password_state(tx, &user.id, kind, failures, None, false).await?;
                    released.push(format!("{kind:?}"));
                }
            }
            if released.is_empty() {
                return Err(StaffRefusal::NotInThatState.into());
            }
            let detail = json!({ "released": released, "note": change.note() });
            Ok(Outcome::done(None).detail(detail))
        });
        released.await
    }
}
