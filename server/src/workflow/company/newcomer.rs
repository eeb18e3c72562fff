//! A colleague is registered by the contract's マスター or 管理者: with a login ID, and with passwords that are shown once,
//! to be handed over. They open nothing but the page on which the newcomer chooses their own ([`super::start`]).

use inkan_pki::secret::Secret;
use jiff::Timestamp;
use serde_json::json;

use super::role::choice;
use super::{CompanyRefusal, Deed, colleague, may_give};
use crate::store::users::{self, NewUser, PasswordKind, User};
use crate::store::{StoreError, Tx, Unique, id};
use crate::workflow::people::People;
use crate::workflow::registration::user::again;
use crate::workflow::staffing::temporary_password;
use crate::workflow::validation::{Errors, Field, codes, names};
use crate::workflow::{Caller, Fault, Refusal, Result};

/// Users of one contract: more are no company's, but somebody's attempt to fill the database.
const MOST_USERS: i64 = 500;

/// A newcomer as entered.
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

/// What is handed over; it is kept nowhere.
#[derive(Debug)]
pub struct Handover {
    /// To whom.
    pub user: User,
    /// 仮ログインパスワード.
    pub login: Secret,
    /// 仮確認用パスワード.
    pub confirmation: Secret,
}

struct Passwords {
    login: Secret,
    confirmation: Secret,
    login_hash: String,
    confirmation_hash: String,
}

impl People<'_> {
    /// Registers a colleague.
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`], [`Refusal::Fields`], [`Refusal::LoginIdTaken`], [`CompanyRefusal::TooManyUsers`], and those of
    /// [`People::confirm`].
    pub async fn add_colleague(
        &self,
        by: &str,
        form: &NewcomerForm,
        confirmation: Secret,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Handover> {
        let subject = id::new_id()?;
        let deed = Deed {
            by,
            action: "user.added",
            to: &subject,
            caller,
            now,
        };
        let result = self.try_add(deed, form, confirmation).await;
        self.answered(deed, result).await
    }

    async fn try_add(
        &self,
        deed: Deed<'_>,
        form: &NewcomerForm,
        confirmation: Secret,
    ) -> Result<Handover> {
        let manager = self.manager(self.store, deed.by).await?;
        let mut new = self.checked(&manager, form, deed)?;
        self.confirm(deed.by, confirmation, deed.caller, deed.now)
            .await?;
        let made = self.temporary().await?;
        new.login_hash.clone_from(&made.login_hash);
        new.confirmation_hash.clone_from(&made.confirmation_hash);
        let mut tx = self.store.begin().await?;
        let manager = self.manager(&mut tx, deed.by).await?;
        // As of now: the manager may have become less meanwhile.
        choice(&manager, &form.role)?;
        if users::count_in_contract(&mut tx, &manager.contract_id).await? >= MOST_USERS {
            return Err(CompanyRefusal::TooManyUsers.into());
        }
        match users::insert(&mut tx, &new).await {
            Err(StoreError::Duplicate(Unique::LoginId)) => return Err(Refusal::LoginIdTaken.into()),
            other => other?,
        }
        let detail = json!({
            "contract": &new.contract_id, "login_id": &new.login_id, "role": new.role,
        });
        self.hand_over(tx, deed, detail, made).await
    }

    /// Makes new passwords for a colleague who has not chosen their own yet; those before are good no longer.
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`], [`CompanyRefusal::UserMissing`], [`CompanyRefusal::AlreadyStarted`], and those of
    /// [`People::confirm`].
    pub async fn hand_over_again(
        &self,
        by: &str,
        user_id: &str,
        confirmation: Secret,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Handover> {
        let deed = Deed {
            by,
            action: "user.passwords-handed-over",
            to: user_id,
            caller,
            now,
        };
        let result = self.try_again(deed, confirmation).await;
        self.answered(deed, result).await
    }

    async fn try_again(&self, deed: Deed<'_>, confirmation: Secret) -> Result<Handover> {
        let manager = self.manager(self.store, deed.by).await?;
        let other = colleague(self.store, &manager, deed.to).await?;
        below(&manager, &other)?;
        waiting(&other)?;
        self.confirm(deed.by, confirmation, deed.caller, deed.now)
            .await?;
        let made = self.temporary().await?;
        let mut tx = self.store.begin().await?;
        let (manager, other) = self.both(&mut tx, deed).await?;
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
            users::set_password_hash(&mut tx, &other.id, kind, &seen.hash, hash).await?;
        }
        self.hand_over(tx, deed, json!({}), made).await
    }

    async fn hand_over(
        &self,
        mut tx: Tx,
        deed: Deed<'_>,
        detail: serde_json::Value,
        made: Passwords,
    ) -> Result<Handover> {
        let until = deed.now.checked_add(self.settings.periods.grant);
        let until = until.unwrap_or(Timestamp::MAX);
        users::set_temporary(&mut tx, deed.to, Some(until)).await?;
        deed.entry().detail(detail).write(&mut tx, deed.now).await?;
        let user = users::find(&mut tx, deed.to).await?;
        let user = user.ok_or(Fault::Inconsistent("user is gone"))?;
        tx.commit().await?;
        Ok(Handover {
            user,
            login: made.login,
            confirmation: made.confirmation,
        })
    }

    async fn temporary(&self) -> Result<Passwords> {
        let (login, confirmation) = (temporary_password()?, temporary_password()?);
        Ok(Passwords {
            login_hash: self.passwords.hash(login.clone()).await?,
            confirmation_hash: self.passwords.hash(confirmation.clone()).await?,
            login,
            confirmation,
        })
    }

    fn checked(&self, manager: &User, form: &NewcomerForm, deed: Deed<'_>) -> Result<NewUser> {
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
                    .push(Field::UserRole.error(crate::workflow::validation::Problem::NotAChoice));
                None
            }
        };
        match (errors.into_refusal(), name, email, login_id, role) {
            (None, Some(name), Some(email), Some(login_id), Some(role)) => Ok(NewUser {
                id: deed.to.to_owned(),
                contract_id: manager.contract_id.clone(),
                login_id,
                name,
                email,
                role,
                login_hash: String::new(),
                confirmation_hash: String::new(),
                created_at: deed.now,
                registered_from: deed.caller.address,
            }),
            (refusal, ..) => Err(refusal.unwrap_or(Refusal::Fields(Vec::new())).into()),
        }
    }
}

/// Who has the passwords is the user: nobody gets those of an equal.
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
