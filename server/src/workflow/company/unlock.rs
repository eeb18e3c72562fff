//! 利用停止解除 (F3, F4): what wrong passwords locked is released by another 管理者, never by oneself.

use inkan_pki::secret::Secret;
use jiff::Timestamp;
use serde_json::json;

use super::view::is_locked;
use super::{CompanyRefusal, Deed, colleague};
use crate::mail::Letter;
use crate::mail::letter::{By, Password};
use crate::store::users::{self, PasswordKind, User};
use crate::workflow::mail::tell;
use crate::workflow::people::People;
use crate::workflow::{Caller, Result};

impl People<'_> {
    /// Releases both passwords of a colleague, whether locked for a while or stopped. The passwords stay as they are.
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`](crate::workflow::Refusal::RoleMissing), [`CompanyRefusal::UserMissing`],
    /// [`CompanyRefusal::OwnLock`], [`CompanyRefusal::NotLocked`], and those of [`People::confirm`].
    pub async fn unlock_colleague(
        &self,
        by: &str,
        user_id: &str,
        confirmation: Secret,
        caller: Caller,
        now: Timestamp,
    ) -> Result<()> {
        let deed = Deed {
            by,
            action: "user.lock-released",
            to: user_id,
            caller,
            now,
        };
        let result = self.try_unlock(deed, confirmation).await;
        self.answered(deed, result).await
    }

    async fn try_unlock(&self, deed: Deed<'_>, confirmation: Secret) -> Result<()> {
        let manager = self.manager(self.store, deed.by).await?;
        let other = colleague(self.store, &manager, deed.to).await?;
        may_release(&manager, &other, deed.now)?;
        self.confirm(deed.by, confirmation, deed.caller, deed.now)
            .await?;
        let mut tx = self.store.begin().await?;
        let (manager, other) = self.both(&mut tx, deed).await?;
        may_release(&manager, &other, deed.now)?;
        let mut released = Vec::new();
        for (kind, state) in other.counted() {
            let password = match kind {
                PasswordKind::Login | PasswordKind::LoginWithCertificate => Password::Login,
                PasswordKind::Confirmation | PasswordKind::Acquisition => Password::Confirmation,
            };
            let locked = state.locked_until.is_some_and(|until| deed.now < until);
            if !locked && !state.stopped {
                continue;
            }
            users::set_password_state(&mut tx, &other.id, kind, 0, None, false).await?;
            let letter = Letter::PasswordReleased {
                password,
                at: deed.now,
                by: By::Colleague,
            };
            let key = format!("{}:{kind:?}:{}", other.id, deed.now.as_second());
            tell(&mut tx, &other, &key, &letter, deed.now).await?;
            released.push(format!("{kind:?}"));
        }
        let detail = json!({ "released": released });
        deed.entry().detail(detail).write(&mut tx, deed.now).await?;
        Ok(tx.commit().await?)
    }
}

/// Asked before the password, so that it is not spent on what cannot be done; and once more when it is done.
fn may_release(manager: &User, other: &User, now: Timestamp) -> Result<()> {
    if other.id == manager.id {
        return Err(CompanyRefusal::OwnLock.into());
    }
    if !is_locked(other, now) {
        return Err(CompanyRefusal::NotLocked.into());
    }
    Ok(())
}
