//! ログインID and ログインパスワード: the password method's login (BLGI001) and the identification before a certificate
//! is issued (BSMS001).

use inkan_pki::secret::Secret;
use jiff::Timestamp;

use super::LoggedIn;
use super::attempt::Attempt;
use crate::store::contracts;
use crate::store::login_history::{self, Login, Method};
use crate::store::users;
use crate::workflow::people::People;
use crate::workflow::validation::codes::login_id_as_typed;
use crate::workflow::{Caller, Refusal, Result};

const LOGINS_SHOWN: i64 = 3;

impl People<'_> {
    /// Login by ID and password.
    ///
    /// # Errors
    /// [`Refusal::CredentialsWrong`] (unknown ID or wrong password), [`Refusal::TemporarilyLocked`],
    /// [`Refusal::Stopped`]; with the right password [`Refusal::CertificateRequired`] on the certificate method (R4)
    /// and [`Refusal::ContractCancelled`].
    pub async fn password_login(
        &self,
        login_id: &str,
        password: Secret,
        caller: Caller,
        now: Timestamp,
    ) -> Result<LoggedIn> {
        self.by_password(
            "login.password",
            Method::Password,
            login_id,
            password,
            caller,
            now,
        )
        .await
    }

    /// Identification to get a certificate. It opens nothing but the pages of the issue.
    ///
    /// # Errors
    /// As [`Self::password_login`], without [`Refusal::CertificateRequired`].
    pub async fn identify_for_enrolment(
        &self,
        login_id: &str,
        password: Secret,
        caller: Caller,
        now: Timestamp,
    ) -> Result<LoggedIn> {
        self.by_password(
            "enrolment.identified",
            Method::Enrolment,
            login_id,
            password,
            caller,
            now,
        )
        .await
    }

    /// The user's last three logins, newest first (F5).
    pub async fn last_logins(&self, user_id: &str) -> Result<Vec<Login>> {
        Ok(login_history::last_logins(self.store, user_id, LOGINS_SHOWN).await?)
    }

    async fn by_password(
        &self,
        action: &'static str,
        method: Method,
        login_id: &str,
        password: Secret,
        caller: Caller,
        now: Timestamp,
    ) -> Result<LoggedIn> {
        let login_id = login_id_as_typed(login_id);
        let user = users::by_login_id(self.store, &login_id).await?;
        let hash = user.as_ref().map(|user| user.login.hash.clone());
        let verify = self.passwords.verify(hash, password.clone(), caller);
        let right = verify.await?;
        let Some(user) = user else {
            return Err(self
                .settle_unknown(action, &login_id, caller, now)
                .await?
                .into());
        };
        let renewed = self
            .at_todays_cost(&user.login.hash, password, right)
            .await?;
        let tx = self.store.begin().await?;
        let attempt = Attempt {
            action,
            method,
            via: None,
            user: &user,
            right,
            renewed,
            second: None,
            own: true,
            caller,
            now,
        };
        let settled = self.settle(tx, attempt, |contract| {
            let certificate_only =
                method == Method::Password && contract.method == contracts::Method::Certificate;
            certificate_only.then_some(Refusal::CertificateRequired)
        });
        let (user, contract) = settled.await?;
        Ok(LoggedIn {
            user,
            contract,
            certificate: None,
        })
    }
}
