//! The contract's マスター or 管理者 registers a colleague, with a login ID and with passwords that are shown once, to be
//! handed over. They open only the page on which the colleague chooses their own ([`super::start`]).

use inkan_pki::secret::Secret;
use jiff::Timestamp;
use serde_json::json;

use super::role::choice;
use super::{CompanyRefusal, colleague, may_give};
use crate::services::account_service::AccountService;
use crate::services::accounts::registration::user::again;
use crate::services::accounts::temporary::TemporaryPasswords;
use crate::services::command::Outcome;
use crate::services::validation::{Errors, Field, codes, names};
use crate::services::{Fault, Refusal, RequestContext, Result};
use crate::store::audit::AuditAction;
use crate::store::users::{self, NewUser, PasswordKind, User};
use crate::store::{StoreError, Tx, Unique, id};

/// Maximum number of users of one contract: more would be an attempt to fill the database.
const MOST_USERS: i64 = 500;

/// A new user as entered.
#[derive(Debug, Clone, Default)]
pub struct NewcomerForm {
    /// 利用者名.
    pub name: String,
    /// メールアドレス.
    pub email: String,
    /// The same again.
    pub email_again: String,
    /// ログインID.
    pub login_id: String,
    /// The same again.
    pub login_id_again: String,
    /// [`users::Role`] by its word.
    pub role: String,
}

/// The temporary passwords; they are stored nowhere.
#[derive(Debug)]
pub struct Handover {
    /// The user.
    pub user: User,
    /// 仮ログインパスワード.
    pub login: Secret,
    /// 仮確認用パスワード.
    pub confirmation: Secret,
}

impl AccountService<'_> {
    /// Registers a colleague.
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`], [`Refusal::Fields`], [`Refusal::LoginIdTaken`], [`CompanyRefusal::TooManyUsers`], and those of
    /// [`AccountService::confirm`].
    pub async fn add_colleague(
        &self,
        context: &RequestContext,
        form: &NewcomerForm,
        confirmation: Secret,
    ) -> Result<Handover> {
        let subject = id::new_id()?;
        let command = context.command(AuditAction::UserAdded, ("user", &subject));
        let prepared = self.audit_refusals(command, async {
            let by = context.user_id()?;
            let manager = self.manager(self.store, by).await?;
            let new = self.checked(context, &subject, &manager, form)?;
            self.confirm(context, confirmation).await?;
            Ok((new, self.temporary_passwords().await?))
        });
        let (mut new, made) = prepared.await?;
        new.login_hash.clone_from(&made.login_hash);
        new.confirmation_hash.clone_from(&made.confirmation_hash);
        let added = self.execute(command, async |tx| {
            let manager = self.manager(&mut *tx, context.user_id()?).await?;
            // As of now: the manager may have lost the role in the meantime.
            choice(&manager, &form.role)?;
            if users::count_in_contract(&mut *tx, &manager.contract_id).await? >= MOST_USERS {
                return Err(CompanyRefusal::TooManyUsers.into());
            }
            match users::insert(tx, &new).await {
                Err(StoreError::Duplicate(Unique::LoginId)) => {
                    return Err(Refusal::LoginIdTaken.into());
                }
                other => other?,
            }
            let detail = json!({
                "contract": &new.contract_id, "login_id": &new.login_id, "role": new.role,
            });
            let handover = self.hand_over(tx, context, &subject, made).await?;
            Ok(Outcome::done(handover).detail(detail))
        });
        added.await
    }

    /// Creates new passwords for a colleague who has not chosen their own yet; the earlier ones become invalid.
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`], [`CompanyRefusal::UserMissing`], [`CompanyRefusal::AlreadyStarted`], and those of
    /// [`AccountService::confirm`].
    pub async fn hand_over_again(
        &self,
        context: &RequestContext,
        user_id: &str,
        confirmation: Secret,
    ) -> Result<Handover> {
        let command = context.command(AuditAction::UserPasswordsHandedOver, ("user", user_id));
        let prepared = self.audit_refusals(command, async {
            let by = context.user_id()?;
            let manager = self.manager(self.store, by).await?;
            let other = colleague(self.store, &manager, user_id).await?;
            below(&manager, &other)?;
            waiting(&other)?;
            self.confirm(context, confirmation).await?;
            self.temporary_passwords().await
        });
        let made = prepared.await?;
        let handed_over = self.execute(command, async |tx| {
            let (manager, other) = self.both(tx, context, user_id).await?;
            below(&manager, &other)?;
            waiting(&other)?;
            for (kind, seen, hash) in [
                (PasswordKind::Login, &other.login, &made.login_hash),
                (
                    PasswordKind::Confirmation,
                    &other.confirmation,
                    &made.confirmation_hash,
                ),
            ] {
                users::set_password_hash(tx, &other.id, kind, &seen.hash, hash).await?;
            }
            let handover = self.hand_over(tx, context, user_id, made).await?;
            Ok(Outcome::done(handover).detail(json!({})))
        });
        handed_over.await
    }

    async fn hand_over(
        &self,
        tx: &mut Tx,
        context: &RequestContext,
        user_id: &str,
        made: TemporaryPasswords,
    ) -> Result<Handover> {
        let until = context.now.checked_add(self.settings.periods.grant);
        let until = until.unwrap_or(Timestamp::MAX);
        users::set_temporary(tx, user_id, Some(until)).await?;
        let user = users::find(&mut *tx, user_id).await?;
        Ok(Handover {
            user: user.ok_or(Fault::Inconsistent("user is gone"))?,
            login: made.login,
            confirmation: made.confirmation,
        })
    }

    fn checked(
        &self,
        context: &RequestContext,
        user_id: &str,
        manager: &User,
        form: &NewcomerForm,
    ) -> Result<NewUser> {
        let mut errors = Errors::default();
        let characters = &self.settings.characters;
        let name = errors.take(names::user_name(&form.name));
        let email = errors.take(codes::email(&form.email));
        let repeated = &form.email_again;
        errors.take(again(
            Field::EmailAgain,
            email.as_deref(),
            repeated,
            codes::email,
        ));
        let login_id = errors.take(codes::login_id(&form.login_id, characters));
        let same = |typed: &str| codes::login_id(typed, characters);
        let repeated = &form.login_id_again;
        errors.take(again(
            Field::LoginIdAgain,
            login_id.as_deref(),
            repeated,
            same,
        ));
        let role = match choice(manager, &form.role) {
            Ok(role) => Some(role),
            Err(_) => {
                errors
                    .push(Field::UserRole.error(crate::services::validation::Problem::NotAChoice));
                None
            }
        };
        match (errors.into_refusal(), name, email, login_id, role) {
            (None, Some(name), Some(email), Some(login_id), Some(role)) => Ok(NewUser {
                id: user_id.to_owned(),
                contract_id: manager.contract_id.clone(),
                login_id,
                name,
                email,
                role,
                login_hash: String::new(),
                confirmation_hash: String::new(),
                created_at: context.now,
                registered_from: context.caller.address,
            }),
            (refusal, ..) => Err(refusal.unwrap_or(Refusal::Fields(Vec::new())).into()),
        }
    }
}

/// Whoever has the passwords can act as the user, so nobody gets those of an equal.
fn below(manager: &User, other: &User) -> Result<()> {
    match may_give(manager.role).contains(&other.role) {
        true => Ok(()),
        false => Err(Refusal::RoleMissing.into()),
    }
}

fn waiting(user: &User) -> Result<()> {
    match user.temporary_until {
        Some(_) => Ok(()),
        None => Err(CompanyRefusal::AlreadyStarted.into()),
    }
}
