//! 管理者 or 一般: given by the マスター alone. What a role allows is asked anew at every request.

use inkan_pki::secret::Secret;
use jiff::Timestamp;
use serde_json::json;

use super::{CompanyRefusal, Deed, colleague, may_give};
use crate::store::users::{self, Role, User};
use crate::workflow::people::People;
use crate::workflow::validation::{Field, Problem};
use crate::workflow::{Caller, Refusal, Result};

impl People<'_> {
    /// Gives a colleague another role.
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`], [`CompanyRefusal::UserMissing`], [`CompanyRefusal::RoleStays`], [`Refusal::Fields`], and
    /// those of [`People::confirm`].
    pub async fn give_role(
        &self,
        by: &str,
        user_id: &str,
        role: &str,
        confirmation: Secret,
        caller: Caller,
        now: Timestamp,
    ) -> Result<()> {
        let deed = Deed {
            by,
            action: "user.role-changed",
            to: user_id,
            caller,
            now,
        };
        let result = self.try_give(deed, role, confirmation).await;
        self.answered(deed, result).await
    }

    async fn try_give(&self, deed: Deed<'_>, role: &str, confirmation: Secret) -> Result<()> {
        let manager = self.manager(self.store, deed.by).await?;
        let other = colleague(self.store, &manager, deed.to).await?;
        may(&manager, &other)?;
        let role = choice(&manager, role)?;
        self.confirm(deed.by, confirmation, deed.caller, deed.now)
            .await?;
        let mut tx = self.store.begin().await?;
        let (manager, other) = self.both(&mut tx, deed).await?;
        may(&manager, &other)?;
        if !users::set_role(&mut tx, &other.id, role).await? {
            return Err(CompanyRefusal::RoleStays.into());
        }
        let detail = json!({ "from": other.role, "to": role });
        deed.entry().detail(detail).write(&mut tx, deed.now).await?;
        Ok(tx.commit().await?)
    }
}

fn may(manager: &User, other: &User) -> Result<()> {
    if manager.role != Role::Master {
        return Err(Refusal::RoleMissing.into());
    }
    if other.id == manager.id || other.role == Role::Master {
        return Err(CompanyRefusal::RoleStays.into());
    }
    Ok(())
}

/// One of the roles that this manager may give.
pub(super) fn choice(manager: &User, typed: &str) -> Result<Role> {
    let found = Role::parse(typed).filter(|role| may_give(manager.role).contains(role));
    let missing = Field::UserRole.error(Problem::NotAChoice);
    found.ok_or_else(|| Refusal::Fields(vec![missing]).into())
}
