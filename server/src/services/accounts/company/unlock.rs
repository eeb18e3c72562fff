//! 利用停止解除 (F3, F4): another 管理者 releases the lock after wrong passwords, never the user.

use inkan_pki::secret::Secret;
use jiff::Timestamp;
use serde_json::json;

use super::view::is_locked;
use super::{CompanyRefusal, colleague};
use crate::mail::Notification;
use crate::mail::notification::{By, Password};
use crate::services::account_service::AccountService;
use crate::services::command::Outcome;
use crate::services::notifications::tell;
use crate::services::{RequestContext, Result};
use crate::store::audit::AuditAction;
use crate::store::users::{self, PasswordKind, User};

impl AccountService<'_> {
    /// Releases both passwords of a colleague, whether locked or suspended. The passwords do not change.
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`](crate::services::Refusal::RoleMissing), [`CompanyRefusal::UserMissing`],
    /// [`CompanyRefusal::OwnLock`], [`CompanyRefusal::NotLocked`], and those of [`AccountService::confirm`].
    pub async fn unlock_colleague(
        &self,
        context: &RequestContext,
        user_id: &str,
        confirmation: Secret,
    ) -> Result<()> {
        let now = context.now;
        let command = context.command(AuditAction::UserLockReleased, ("user", user_id));
        let checked = self.audit_refusals(command, async {
            let by = context.user_id()?;
            let manager = self.manager(self.store, by).await?;
            let other = colleague(self.store, &manager, user_id).await?;
            may_release(&manager, &other, now)?;
            self.confirm(context, confirmation).await
        });
        checked.await?;
        let done = self.execute(command, async |tx| {
            let (manager, other) = self.both(tx, context, user_id).await?;
            may_release(&manager, &other, now)?;
            let mut released = Vec::new();
            for (kind, state) in other.counted() {
                let password = match kind {
                    PasswordKind::Login | PasswordKind::LoginWithCertificate => Password::Login,
                    PasswordKind::Confirmation | PasswordKind::Acquisition => {
                        Password::Confirmation
                    }
                };
                let locked = state.locked_until.is_some_and(|until| now < until);
                if !locked && !state.suspended {
                    continue;
                }
                users::set_password_state(tx, &other.id, kind, 0, None, false).await?;
                let message = Notification::PasswordReleased {
                    password,
                    at: now,
                    by: By::Colleague,
                };
                let key = format!("{}:{kind:?}:{}", other.id, now.as_second());
                tell(tx, &other, &key, &message, now).await?;
                released.push(format!("{kind:?}"));
            }
            Ok(Outcome::done(()).detail(json!({ "released": released })))
        });
        done.await
    }
}

/// Checked before the password, so that it is not entered in vain; and again in the transaction.
fn may_release(manager: &User, other: &User, now: Timestamp) -> Result<()> {
    if other.id == manager.id {
        return Err(CompanyRefusal::OwnLock.into());
    }
    if !is_locked(other, now) {
        return Err(CompanyRefusal::NotLocked.into());
    }
    Ok(())
}
