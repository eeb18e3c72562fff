//! The caller, and whether they may.

use inkan_pki::secret::Secret;

use super::LifecycleRefusal;
use crate::services::account_service::AccountService;
use crate::services::accounts::company::manages;
use crate::services::{Fault, Refusal, RequestContext, Result};
use crate::store::Tx;
use crate::store::certificates::{self, Certificate};
use crate::store::users::{self, User};

/// In which capacity a customer revokes a certificate. The bank enters a proposal.
#[derive(Debug, Clone)]
pub enum By {
    /// Its user, who presents it or has it on the token with the agent.
    Owner,
    /// マスター or 管理者 of the same contract.
    Manager {
        /// 確認用パスワード, as typed.
        confirmation: Secret,
    },
}

impl AccountService<'_> {
    /// Whether the caller may revoke at all: role, 確認用パスワード. Which certificate: [`reach`].
    pub(super) async fn entitled(&self, context: &RequestContext, by: &By) -> Result<()> {
        let By::Manager { confirmation } = by else {
            return Ok(());
        };
        let user = self.confirm(context, confirmation.clone()).await?;
        match manages(user.role) {
            true => Ok(()),
            false => Err(Refusal::RoleMissing.into()),
        }
    }
}

/// The certificate, if the caller may reach it. Another contract's does not exist for a customer.
pub(super) async fn reach(
    tx: &mut Tx,
    context: &RequestContext,
    certificate_id: &str,
    by: &By,
) -> Result<Certificate> {
    let missing = Refusal::Lifecycle(LifecycleRefusal::CertificateMissing);
    let user_id = context.user_id()?;
    let row = certificates::find(&mut *tx, certificate_id).await?;
    let row = row.ok_or_else(|| missing.clone())?;
    let within = match (by, row.user_id.as_deref()) {
        (_, None) => false,
        (By::Owner, Some(owner)) => owner == user_id,
        (By::Manager { .. }, Some(owner)) => {
            let owner = known(tx, owner).await?;
            let manager = known(tx, user_id).await?;
            // The role again: it may have been withdrawn since the password was typed.
            owner.contract_id == manager.contract_id && manages(manager.role)
        }
    };
    if within { Ok(row) } else { Err(missing.into()) }
}

async fn known(tx: &mut Tx, user_id: &str) -> Result<User> {
    let user = users::find(tx, user_id).await?;
    Ok(user.ok_or(Fault::Inconsistent("certificate of no user"))?)
}
