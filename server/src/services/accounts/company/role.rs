//! 管理者 or 一般: given by the マスター alone. A role is checked at every request.

use inkan_pki::secret::Secret;
use serde_json::json;

use super::{CompanyRefusal, colleague, may_give};
use crate::services::account_service::AccountService;
use crate::services::command::Outcome;
use crate::services::validation::{Field, Problem};
use crate::services::{Refusal, RequestContext, Result};
use crate::store::audit::AuditAction;
use crate::store::users::{self, Role, User};

impl AccountService<'_> {
    /// Gives a colleague another role.
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`], [`CompanyRefusal::UserMissing`], [`CompanyRefusal::RoleStays`], [`Refusal::Fields`], and
    /// those of [`AccountService::confirm`].
    pub async fn give_role(
        &self,
        context: &RequestContext,
        user_id: &str,
        role: &str,
        confirmation: Secret,
    ) -> Result<()> {
        let command = context.command(AuditAction::UserRoleChanged, ("user", user_id));
        let checked = self.audit_refusals(command, async {
            let by = context.user_id()?;
            let manager = self.manager(self.store, by).await?;
            let other = colleague(self.store, &manager, user_id).await?;
            may(&manager, &other)?;
            let role = choice(&manager, role)?;
            self.confirm(context, confirmation).await?;
            Ok(role)
        });
        let role = checked.await?;
        let done = self.execute(command, async |tx| {
            let (manager, other) = self.both(tx, context, user_id).await?;
            may(&manager, &other)?;
            if !users::set_role(tx, &other.id, role).await? {
                return Err(CompanyRefusal::RoleStays.into());
            }
            Ok(Outcome::done(()).detail(json!({ "from": other.role, "to": role })))
        });
        done.await
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
