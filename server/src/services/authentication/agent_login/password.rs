//! ログインパスワード after the code (R6): the certificate identifies the user, the password authenticates them. Then a session
//! of the portal that ends with its certificate.

use inkan_pki::secret::Secret;
use serde_json::Value;

use crate::services::account_service::AccountService;
use crate::services::authentication::login::Registered;
use crate::services::authentication::login::attempt::{Attempt, Presented, Second};
use crate::services::authentication::session::{NewSession, Stage, Started, prepare};
use crate::services::{RequestContext, Result};
use crate::store::audit::AuditAction;
use crate::store::login_history::{Method, Via};
use crate::store::sessions;

impl AccountService<'_> {
    /// The owner of the proved certificate of this session, which still needs the password.
    ///
    /// # Errors
    /// As [`AccountService::authenticated`], and [`crate::services::Refusal::Certificate`], which ends the session.
    pub async fn proved_by_agent(
        &self,
        context: &RequestContext,
        token: &str,
    ) -> Result<Registered> {
        let found = self
            .authenticated(token, &[Stage::CertificateProved], context.now)
            .await?;
        self.still_good(context, &found).await
    }

    /// Login with the session of [`Self::bring_login_code`] and the login password.
    ///
    /// # Errors
    /// As [`Self::proved_by_agent`], and as [`AccountService::certificate_login`].
    pub async fn agent_login(
        &self,
        context: &RequestContext,
        token: &str,
        password: Secret,
    ) -> Result<Started> {
        let now = context.now;
        let found = self
            .authenticated(token, &[Stage::CertificateProved], now)
            .await?;
        let registered = self.still_good(context, &found).await?;
        let Registered {
            certificate, user, ..
        } = &registered;
        let attempt = Attempt {
            context,
            action: AuditAction::LoginCertificate,
            method: Method::Certificate,
            via: Some(Via::Agent),
            user,
            password: &password,
            second: Second::None,
            presented: Presented::ByAgent(&certificate.id),
        };
        self.settle(attempt).await?;
        let new = NewSession {
            user_id: Some(&user.id),
            certificate_id: Some(&certificate.id),
            stage: Stage::LoggedInByAgent,
            data: Value::Null,
        };
        let started = prepare(new, self.settings.periods.session, now)?;
        let begun = self.transaction(async |tx| {
            sessions::delete(tx, &found.session.token_sha256).await?;
            sessions::insert(tx, &started.session).await?;
            Ok(started)
        });
        begun.await
    }
}
