//! 失効 (F2) on the customer's own pages: of the user's own certificate, or of a colleague's by a manager. Both with
//! 確認用パスワード.

use inkan_pki::secret::Secret;

use super::{CompanyRefusal, colleague, manages};
use crate::services::certificates::lifecycle::reason::BY_CUSTOMER;
use crate::services::certificates::lifecycle::{By, Reason};
use crate::services::validation::{Field, Problem};
use crate::services::{Refusal, RequestContext, Result, Services};
use crate::store::audit::AuditAction;
use crate::store::certificates::{self, Certificate};
use crate::store::users;

/// The certificate, its user, and the reason.
#[derive(Debug, Clone, Copy)]
pub struct Revocation<'a> {
    /// Id of the certificate's user.
    pub owner: &'a str,
    /// Id of the certificate that was shown.
    pub certificate: &'a str,
    /// [`Reason`] by its name.
    pub reason: &'a str,
}

impl Services {
    /// Revokes a certificate of the same contract. What else it ends: [`Services::revoke`].
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`], [`CompanyRefusal::UserMissing`], [`CompanyRefusal::NoCertificate`], [`Refusal::Fields`] (no such
    /// reason), those of [`crate::services::account_service::AccountService::confirm`] and of [`Services::revoke`].
    pub async fn revoke_in_company(
        &self,
        context: &RequestContext,
        asked: Revocation<'_>,
        confirmation: Secret,
    ) -> Result<Certificate> {
        let (accounts, user_id) = (self.accounts(), context.user_id()?);
        let command = context.command(
            AuditAction::CertificateRevocationAsked,
            ("user", asked.owner),
        );
        let checked = accounts.audit_refusals(command, self.may_revoke(user_id, asked));
        let reason = checked.await?;
        let by = if user_id == asked.owner {
            accounts.confirm(context, confirmation).await?;
            By::Owner
        } else {
            By::Manager { confirmation }
        };
        self.revoke(context, asked.certificate, by, reason).await
    }

    async fn may_revoke(&self, by: &str, asked: Revocation<'_>) -> Result<Reason> {
        let store = &self.inner.store;
        let user = users::find(store, by).await?;
        let user = user.ok_or(Refusal::SessionEnded)?;
        if user.id != asked.owner && !manages(user.role) {
            return Err(Refusal::RoleMissing.into());
        }
        let owner = colleague(store, &user, asked.owner).await?;
        let certificate = certificates::find(store, asked.certificate).await?;
        let theirs = certificate.is_some_and(|row| row.user_id.as_deref() == Some(&owner.id));
        if !theirs {
            return Err(CompanyRefusal::NoCertificate.into());
        }
        let reason = Reason::parse(asked.reason).filter(|reason| BY_CUSTOMER.contains(reason));
        let missing = Field::RevocationReason.error(Problem::NotAChoice);
        reason.ok_or_else(|| Refusal::Fields(vec![missing]).into())
    }
}
