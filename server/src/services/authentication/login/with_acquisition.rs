//! BSMS001 where the bank asks for 証明書取得用パスワード (D1): ID and login password are what a phisher has, this one the
//! branch has handed over on paper, with the grant.
//!
//! Both passwords are compared in any case, and whatever is wrong gets the same answer: an unknown ID, a wrong password, a wrong
//! or used-up 証明書取得用パスワード, no grant at all. Failures with it are counted for the user and apart from those of the
//! login, so that a right login password does not wipe them out.

use inkan_pki::secret::Secret;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::LoggedIn;
use super::attempt::{Attempt, Presented, Second};
use crate::services::account_service::AccountService;
use crate::services::certificates::lifecycle::expired;
use crate::services::validation::codes::login_id_as_typed;
use crate::services::{RequestContext, Result};
use crate::store::login_history::Method;
use crate::store::users::{self, User};
use crate::store::{Db, acquisition, certificates, grants};

const ACTION: &str = "enrolment.identified";

/// Where the session says for which grant the password was given.
const PROVED: &str = "grant";

impl AccountService<'_> {
    /// Identification with the second password. Answers what the session must keep: for which grant it is good.
    ///
    /// # Errors
    /// As [`AccountService::identify_for_enrolment`].
    pub async fn identify_with_acquisition(
        &self,
        context: &RequestContext,
        login_id: &str,
        password: Secret,
        acquisition_password: Secret,
    ) -> Result<(LoggedIn, Value)> {
        let (caller, now) = (context.caller, context.now);
        let login_id = login_id_as_typed(login_id);
        let user = users::by_login_id(self.store, &login_id).await?;
        let grant = match &user {
            Some(user) => grant_of(self.store, user, now).await?,
            None => None,
        };
        let second = match &grant {
            Some(grant) => acquisition::hash(self.store, grant).await?,
            None => None,
        };
        let verify = self.passwords.verify(second, acquisition_password, caller);
        let second = verify.await?;
        let Some(user) = user else {
            self.passwords.verify(None, password, caller).await?;
            return self.settle_unknown(context, ACTION, &login_id).await;
        };
        let attempt = Attempt {
            context,
            action: ACTION,
            method: Method::Enrolment,
            via: None,
            user: &user,
            password: &password,
            second: Second::Acquisition(second),
            presented: Presented::None,
        };
        let (user, contract) = self.settle(attempt).await?;
        let identified = LoggedIn {
            user,
            contract,
            certificate: None,
        };
        Ok((identified, json!({ PROVED: grant })))
    }
}

/// The grant a request of this user would depend on: that of an issue which broke off, else an open one. One that was used
/// to the end is neither, and so its password is worth nothing.
pub(in crate::services) async fn grant_of(
    db: impl Into<Db<'_>>,
    user: &User,
    now: Timestamp,
) -> Result<Option<String>> {
    let mut db = db.into();
    let pending = certificates::pending_for_user(db.again(), &user.id).await?;
    let pending = pending.filter(|row| !expired(row, now));
    if let Some(grant) = pending.and_then(|row| row.grant_id) {
        return Ok(Some(grant));
    }
    let open = grants::open_for_user(db, &user.id, &user.contract_id, now).await?;
    Ok(open.map(|grant| grant.id))
}

/// Whether the second password was given in this session, for this grant.
pub(in crate::services) fn is_proved(data: &Value, grant_id: &str) -> bool {
    data.get(PROVED).and_then(Value::as_str) == Some(grant_id)
}
