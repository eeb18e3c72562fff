//! What the users of one contract do among themselves (F2, F3, F5): the contract's own マスター and 管理者 manage the others,
//! and everybody manages themselves.
//!
//! Anything that is not named here is denied. Rights are read from the store at every command, in its transaction: a
//! role that was withdrawn allows nothing, whatever page is still open. A user of another contract does not exist here.
//!
//! - this file: rights
//! - [`refusal`]: refusals, with their codes
//! - [`member`]: who is logged in, on either listener
//! - [`view`]: users and their certificates
//! - [`unlock`]: 利用停止解除, by somebody else
//! - [`revoke`]: 失効, of the user's own certificate or a colleague's
//! - [`newcomer`]: registering a colleague with temporary passwords; [`start`]: the colleague chooses their own
//! - [`role`]: 管理者 or 一般
//! - [`password`]: the user's own passwords
//! - [`history`]: what was done (操作履歴)

pub mod history;
pub mod member;
pub mod newcomer;
pub mod password;
pub mod refusal;
pub mod revoke;
pub mod role;
pub mod start;
pub mod unlock;
pub mod view;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;

use crate::services::account_service::AccountService;
use crate::services::{Refusal, RequestContext, Result};
use crate::store::users::{self, Role, User};
use crate::store::{Db, Tx};

pub use refusal::CompanyRefusal;

/// Whether a role manages the others.
#[must_use]
pub const fn manages(role: Role) -> bool {
    match role {
        Role::Master | Role::Admin => true,
        Role::General => false,
    }
}

/// Which roles a user may give: nobody creates an equal.
#[must_use]
pub const fn may_give(role: Role) -> &'static [Role] {
    match role {
        Role::Master => &[Role::Admin, Role::General],
        Role::Admin => &[Role::General],
        Role::General => &[],
    }
}

impl AccountService<'_> {
    /// The calling user, if they manage the others.
    async fn manager(&self, db: impl Into<Db<'_>>, user_id: &str) -> Result<User> {
        let user = users::find(db, user_id).await?;
        let user = user.ok_or(Refusal::SessionEnded)?;
        match manages(user.role) {
            true => Ok(user),
            false => Err(Refusal::RoleMissing.into()),
        }
    }

    /// Manager and colleague as they are in this transaction.
    async fn both(
        &self,
        tx: &mut Tx,
        context: &RequestContext,
        user_id: &str,
    ) -> Result<(User, User)> {
        let manager = self.manager(&mut *tx, context.user_id()?).await?;
        let colleague = colleague(&mut *tx, &manager, user_id).await?;
        Ok((manager, colleague))
    }
}

/// A user of the same contract; others do not exist here.
async fn colleague(db: impl Into<Db<'_>>, of: &User, user_id: &str) -> Result<User> {
    let found = users::find_in_contract(db, &of.contract_id, user_id).await?;
    found.ok_or(CompanyRefusal::UserMissing.into())
}
