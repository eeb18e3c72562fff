//! BSMS001 if the bank uses 証明書取得用パスワード (D1): ID and login password are what a phisher has; this one comes from the
//! branch on paper, with the grant.
//!
//! Both passwords are always compared, and whatever is wrong gets the same response: an unknown ID, a wrong password, a
//! wrong or used 証明書取得用パスワード, no grant at all. Failures with it are counted for the user and separately from those of
//! the login, so that a correct login password does not clear them.

use inkan_pki::secret::Secret;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::LoggedIn;
use super::attempt::{Attempt, Presented, Second};
use crate::services::account_service::AccountService;
use crate::services::certificates::lifecycle::expired;
use crate::services::validation::codes::login_id_as_typed;
use crate::services::{RequestContext, Result};
use crate::store::audit::AuditAction;
use crate::store::login_history::Method;
use crate::store::users::{self, User};
use crate::store::{Db, acquisition, certificates, grants};

const ACTION: AuditAction = AuditAction::EnrolmentIdentified;

/// Where the session stores for which grant the password was entered.
const PROVED: &str = "grant";

impl AccountService<'_> {
    /// Authentication with the second password. Returns what the session must store: the grant for which it is valid.
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

/// The grant on which a request of this user would depend: that of an unfinished issue, or an open one. A fully used
/// grant is neither, so its password is worthless.
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

/// Whether the second password was entered in this session, for this grant.
pub(in crate::services) fn is_proved(data: &Value, grant_id: &str) -> bool {
    data.get(PROVED).and_then(Value::as_str) == Some(grant_id)
}
