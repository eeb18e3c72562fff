//! ログインID and ログインパスワード: the password method's login (BLGI001) and the identification before a certificate
//! is issued (BSMS001).

use inkan_pki::secret::Secret;
use jiff::Timestamp;

use super::LoggedIn;
use super::attempt::{Attempt, Presented, Second};
use crate::store::login_history::{self, Login, Method};
use crate::store::users;
use crate::workflow::people::People;
use crate::workflow::validation::codes::login_id_as_typed;
use crate::workflow::{Caller, Result};

const LOGINS_SHOWN: i64 = 3;

impl People<'_> {
    /// Login by ID and password.
    ///
    /// # Errors
    /// Of [`Refusal`](crate::workflow::Refusal): `CredentialsWrong` (unknown ID or wrong password), `TemporarilyLocked`,
    /// `Stopped`; with the right password `CertificateRequired` on the certificate method (R4) and `ContractCancelled`.
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
    /// As [`Self::password_login`], without `CertificateRequired`.
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
        let Some(user) = user else {
            self.passwords.verify(None, password, caller).await?;
            return Err(self
                .settle_unknown(action, &login_id, caller, now)
                .await?
                .into());
        };
        let attempt = Attempt {
            action,
            method,
            via: None,
            user: &user,
            password: &password,
            second: Second::None,
            presented: Presented::None,
            caller,
            now,
        };
        let (user, contract) = self.settle(attempt).await?;
        Ok(LoggedIn {
            user,
            contract,
            certificate: None,
        })
    }
}
