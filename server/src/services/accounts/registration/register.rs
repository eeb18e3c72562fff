//! BLIS003 shows the entries; BLIS004 creates the user, once.

use jiff::Timestamp;
use serde_json::json;

use super::{Entered, Wizard};
use crate::mail::Notification;
use crate::services::account_service::AccountService;
use crate::services::approvals;
use crate::services::authentication::session::{self, NewSession, Stage, Started};
use crate::services::notifications::tell;
use crate::services::{Fault, Refusal, RequestContext, Result};
use crate::store::audit::Actor;
use crate::store::audit::AuditAction;
use crate::store::contracts::{self, Contract};
use crate::store::outbox::{self, Language};
use crate::store::users::{self, NewUser, Role, User};
use crate::store::{StoreError, Unique, id, sessions};

/// What BLIS003 shows besides two masks; also what BLIS006 shows again after 戻る.
#[derive(Debug, Clone)]
pub struct View {
    /// 代表口座情報 and 企業情報.
    pub contract: Contract,
    /// 利用者名, メールアドレス, ログインID, once entered.
    pub user: Option<UserView>,
}

/// 利用者情報.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserView {
    /// 利用者名.
    pub name: String,
    /// メールアドレス.
    pub email: String,
    /// ログインID.
    pub login_id: String,
}

/// What BLIS004 shows, and the session that may continue to BSMS002.
#[derive(Debug)]
pub struct Registered {
    /// The new user.
    pub user: User,
    /// Its contract.
    pub contract: Contract,
    /// In [`Stage::Registered`], with a new token.
    pub started: Started,
}

impl AccountService<'_> {
    /// The wizard's entries so far.
    ///
    /// # Errors
    /// [`Refusal::SessionEnded`], [`Refusal::OutOfOrder`].
    pub async fn registration(&self, token: &str, now: Timestamp) -> Result<View> {
        let session = self
            .session_at(token, &[Stage::AccountProved, Stage::UserEntered], now)
            .await?;
        let wizard = Wizard::of(&session)?;
        let contract = self.wizard_contract(&wizard).await?;
        let user = wizard.user.map(|entered| UserView {
            name: entered.name,
            email: entered.email,
            login_id: entered.login_id,
        });
        Ok(View { contract, user })
    }

    /// 登録: creates the master user and uses the temporary passwords. A waiting application must be checked again, with
    /// this user. The old token ends. Messages to the user are in `language` from now on.
    ///
    /// # Errors
    /// [`Refusal::SessionEnded`], [`Refusal::OutOfOrder`] (also if somebody else of the contract was faster),
    /// [`Refusal::LoginIdTaken`] (in the meantime: back to BLIS006).
    pub async fn register(
        &self,
        context: &RequestContext,
        token: &str,
        language: Language,
    ) -> Result<Registered> {
        let now = context.now;
        let session = self.session_at(token, &[Stage::UserEntered], now).await?;
        let wizard = Wizard::of(&session)?;
        let entered = wizard.user.ok_or(Refusal::OutOfOrder)?;
        let user = new_user(context, &wizard.contract_id, entered)?;
        let registered = self.transaction(async |tx| {
            // Ended first: a form that is sent twice finds no session the second time.
            if !sessions::delete(tx, &session.token_sha256).await? {
                return Err(Refusal::SessionEnded.into());
            }
            if !contracts::consume_temp_passwords(tx, &wizard.contract_id).await? {
                return Err(Refusal::OutOfOrder.into());
            }
            let waiting = approvals::before_registration(tx, &user.contract_id).await?;
            match users::insert(tx, &user).await {
                Err(StoreError::Duplicate(Unique::LoginId)) => {
                    return Err(Refusal::LoginIdTaken.into());
                }
                Err(StoreError::Duplicate(Unique::MasterUser)) => {
                    return Err(Refusal::OutOfOrder.into());
                }
                other => other?,
            }
            let application = approvals::after_registration(tx, waiting).await?;
            let new = NewSession {
                user_id: Some(&user.id),
                certificate_id: None,
                stage: Stage::Registered,
                data: json!({}),
            };
            let started = session::prepare(new, self.settings.periods.session, now)?;
            sessions::insert(tx, &started.session).await?;
            let entry = context.audit(AuditAction::UserRegistered, ("user", &user.id));
            let detail = json!({
                "contract": &user.contract_id, "login_id": &user.login_id, "role": user.role,
                "application": application,
            });
            let entry = entry.by(Actor::User(user.id.clone()));
            entry.detail(detail).write(tx).await?;
            let stored = users::find(&mut *tx, &user.id).await?;
            let stored = stored.ok_or(Fault::Inconsistent("user is gone"))?;
            let contract = contracts::find(&mut *tx, &user.contract_id).await?;
            let contract = contract.ok_or(Fault::Inconsistent("contract is gone"))?;
            outbox::set_language(tx, &stored.id, language).await?;
            let message = Notification::LoginIdRegistered { at: now };
            tell(tx, &stored, &stored.id, &message, now).await?;
            Ok(Registered {
                user: stored,
                contract,
                started,
            })
        });
        registered.await
    }
}

fn new_user(context: &RequestContext, contract_id: &str, entered: Entered) -> Result<NewUser> {
    Ok(NewUser {
        id: id::new_id()?,
        contract_id: contract_id.to_owned(),
        login_id: entered.login_id,
        name: entered.name,
        email: entered.email,
        role: Role::Master,
        login_hash: entered.login_hash,
        confirmation_hash: entered.confirmation_hash,
        created_at: context.now,
        registered_from: context.caller.address,
    })
}
