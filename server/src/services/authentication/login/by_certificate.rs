//! Certificate and ログインパスワード (R6): the certificate identifies the user, the password authenticates them.

use inkan_pki::secret::Secret;

use super::LoggedIn;
use super::attempt::{Attempt, Presented, Second};
use crate::services::account_service::AccountService;
use crate::services::{RequestContext, Result};
use crate::store::audit::AuditAction;
use crate::store::login_history::Method;

impl AccountService<'_> {
    /// Login with a presented certificate (DER) and the login password.
    ///
    /// # Errors
    /// [`crate::services::Refusal::Certificate`] for a certificate that is not acceptable; else as
    /// [`Self::password_login`], without `CertificateRequired`.
    pub async fn certificate_login(
        &self,
        context: &RequestContext,
        presented: &[u8],
        password: Secret,
    ) -> Result<LoggedIn> {
        let (caller, now) = (context.caller, context.now);
        let registered = self.registered(presented, caller, now).await?;
        let user = &registered.user;
        let attempt = Attempt {
            context,
            action: AuditAction::LoginCertificate,
            method: Method::Certificate,
            via: None,
            user,
            password: &password,
            second: Second::None,
            presented: Presented::InHandshake(presented),
        };
        let (user, contract) = self.settle(attempt).await?;
        Ok(LoggedIn {
            user,
            contract,
            certificate: Some(registered.certificate),
        })
    }
}
