//! ログインID and ログインパスワード: the password method's login (BLGI001) and the authentication before a certificate is issued
//! (BSMS001).

use inkan_pki::secret::Secret;

use super::LoggedIn;
use super::attempt::{Attempt, Presented, Second};
use crate::services::account_service::AccountService;
use crate::services::validation::codes::login_id_as_typed;
use crate::services::{RequestContext, Result};
use crate::store::audit::AuditAction;
use crate::store::login_history::{self, Login, Method};
use crate::store::users;

const LOGINS_SHOWN: i64 = 3;

impl AccountService<'_> {
    /// Login by ID and password.
    ///
    /// # Errors
    /// Of [`Refusal`](crate::services::Refusal): `CredentialsWrong` (unknown ID or wrong password),
    /// `TemporarilyLocked`, `Suspended`; with the correct password `CertificateRequired` on the certificate method (R4)
    /// and `ContractCancelled`.
    pub async fn password_login(
        &self,
        context: &RequestContext,
        login_id: &str,
        password: Secret,
    ) -> Result<LoggedIn> {
        let how = (AuditAction::LoginPassword, Method::Password);
        self.by_password(context, how, login_id, password).await
    }

    /// Authentication to get a certificate. It opens only the pages of the issue.
    ///
    /// # Errors
    /// As [`Self::password_login`], without `CertificateRequired`.
    pub async fn identify_for_enrolment(
        &self,
        context: &RequestContext,
        login_id: &str,
        password: Secret,
    ) -> Result<LoggedIn> {
        let how = (AuditAction::EnrolmentIdentified, Method::Enrolment);
        self.by_password(context, how, login_id, password).await
    }

    /// The user's last three logins, newest first (F5).
    pub async fn last_logins(&self, user_id: &str) -> Result<Vec<Login>> {
        Ok(login_history::last_logins(self.store, user_id, LOGINS_SHOWN).await?)
    }

    async fn by_password(
        &self,
        context: &RequestContext,
        (action, method): (AuditAction, Method),
        login_id: &str,
        password: Secret,
    ) -> Result<LoggedIn> {
        let login_id = login_id_as_typed(login_id);
        let user = users::by_login_id(self.store, &login_id).await?;
        let Some(user) = user else {
            let nothing = self.passwords.verify(None, password, context.caller);
            nothing.await?;
            return self.settle_unknown(context, action, &login_id).await;
        };
        let attempt = Attempt {
            context,
            action,
            method,
            via: None,
            user: &user,
            password: &password,
            second: Second::None,
            presented: Presented::None,
        };
        let (user, contract) = self.settle(attempt).await?;
        Ok(LoggedIn {
            user,
            contract,
            certificate: None,
        })
    }
}
