//! Certificate and ログインパスワード (R6): the certificate says who, the password that it is they.

use inkan_pki::secret::Secret;
use jiff::Timestamp;

use super::attempt::Attempt;
use super::{LoggedIn, certificate_status};
use crate::store::login_history::Method;
use crate::workflow::people::People;
use crate::workflow::{Caller, Result};

impl People<'_> {
    /// Login with a presented certificate (DER) and the login password.
    ///
    /// # Errors
    /// [`crate::workflow::Refusal::Certificate`] for a certificate that is not acceptable; else as
    /// [`Self::password_login`], without `CertificateRequired`.
    pub async fn certificate_login(
        &self,
        presented: &[u8],
        password: Secret,
        caller: Caller,
        now: Timestamp,
    ) -> Result<LoggedIn> {
        let registered = self.registered(presented, caller, now).await?;
        let user = &registered.user;
        let hash = &user.login.hash;
        let known = self
            .passwords
            .verify_known(hash.clone(), password.clone(), caller);
        let right = known.await?;
        let renewed = self.at_todays_cost(hash, password, right).await?;
        let mut tx = self.store.begin().await?;
        // Once more: it may have been revoked while the password was hashed.
        certificate_status(&mut tx, presented, now).await?;
        let attempt = Attempt {
            action: "login.certificate",
            method: Method::Certificate,
            via: None,
            user,
            right,
            renewed,
            second: None,
            own: true,
            caller,
            now,
        };
        let (user, contract) = self.settle(tx, attempt, |_| None).await?;
        Ok(LoggedIn {
            user,
            contract,
            certificate: Some(registered.certificate),
        })
    }
}
