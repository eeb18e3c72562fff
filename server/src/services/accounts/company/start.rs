//! A new user chooses their own passwords, once, with the temporary ones. From then on they are a user like any other;
//! before that, no other page accepts the temporary passwords.

use inkan_pki::secret::Secret;
use serde_json::{Value, json};

use crate::mail::Notification;
use crate::services::account_service::AccountService;
use crate::services::authentication::login::attempt::{Attempt, Presented, Second};
use crate::services::authentication::session::{self, NewSession, Stage, Started};
use crate::services::notifications::tell;
use crate::services::validation::codes::login_id_as_typed;
use crate::services::validation::{Errors, Field, Problem, secrets};
use crate::services::{Refusal, RequestContext, Result};
use crate::store::audit::Actor;
use crate::store::audit::AuditAction;
use crate::store::login_history::Method;
use crate::store::outbox::{self, Language};
use crate::store::sessions;
use crate::store::users::{self, PasswordKind, User};

const ACTION: AuditAction = AuditAction::UserStarted;
const TRIED: AuditAction = AuditAction::UserHandedOverGiven;

/// The entries of the new user.
#[derive(Debug)]
pub struct StartForm {
    /// ログインID.
    pub login_id: String,
    /// 仮ログインパスワード.
    pub temp_login: Secret,
    /// 仮確認用パスワード.
    pub temp_confirmation: Secret,
    /// 新しいログインパスワード.
    pub login: Secret,
    /// The same again.
    pub login_again: Secret,
    /// 新しい確認用パスワード.
    pub confirmation: Secret,
    /// The same again.
    pub confirmation_again: Secret,
}

impl AccountService<'_> {
    /// Accepts the new passwords; returns a session in [`Stage::Registered`].
    ///
    /// # Errors
    /// [`Refusal::Fields`]; [`Refusal::CredentialsWrong`] (also if the user has chosen passwords, and if the temporary
    /// passwords have expired), [`Refusal::TemporarilyLocked`], [`Refusal::Suspended`], [`Refusal::ContractCancelled`].
    pub async fn start_as_colleague(
        &self,
        context: &RequestContext,
        form: StartForm,
        language: Language,
    ) -> Result<Started> {
        let now = context.now;
        self.check_start(&form)?;
        let user = self.newcomer(context, &form).await?;
        let login = self.passwords.hash(form.login).await?;
        let confirmation = self.passwords.hash(form.confirmation).await?;
        let new = NewSession {
            user_id: Some(&user.id),
            certificate_id: None,
            stage: Stage::Registered,
            data: Value::Null,
        };
        let started = session::prepare(new, self.settings.periods.session, now)?;
        let begun = self.transaction(async |tx| {
            for (kind, seen, hash) in [
                (PasswordKind::Login, &user.login, &login),
                (
                    PasswordKind::Confirmation,
                    &user.confirmation,
                    &confirmation,
                ),
            ] {
                // Reissued, or started in another window: these are no longer the passwords.
                if !users::set_password_hash(tx, &user.id, kind, &seen.hash, hash).await? {
                    return Err(Refusal::CredentialsWrong.into());
                }
            }
            users::set_temporary(tx, &user.id, None).await?;
            sessions::delete_for_user(tx, &user.id).await?;
            sessions::insert(tx, &started.session).await?;
            outbox::set_language(tx, &user.id, language).await?;
            let message = Notification::LoginIdRegistered { at: now };
            tell(tx, &user, &user.id, &message, now).await?;
            let entry = context.audit(ACTION, ("user", &user.id));
            let entry = entry.by(Actor::User(user.id.clone()));
            let detail = json!({ "contract": &user.contract_id, "login_id": &user.login_id });
            entry.detail(detail).write(tx).await?;
            Ok(started)
        });
        begun.await
    }

    /// The user of these passwords: both are always compared, and an attempt counts like any other.
    async fn newcomer(&self, context: &RequestContext, form: &StartForm) -> Result<User> {
        let login_id = login_id_as_typed(&form.login_id);
        let user = users::by_login_id(self.store, &login_id).await?;
        let Some(user) = user else {
            for typed in [&form.temp_login, &form.temp_confirmation] {
                let nothing = self.passwords.verify(None, typed.clone(), context.caller);
                nothing.await?;
            }
            return self.settle_unknown(context, TRIED, &login_id).await;
        };
        let attempt = Attempt {
            context,
            action: TRIED,
            method: Method::Enrolment,
            via: None,
            user: &user,
            password: &form.temp_login,
            second: Second::HandedOver(&form.temp_confirmation),
            presented: Presented::None,
        };
        Ok(self.settle(attempt).await?.0)
    }

    fn check_start(&self, form: &StartForm) -> Result<()> {
        let mut errors = Errors::default();
        let length = self.settings.passwords.length;
        for (field, typed) in [
            (Field::TempLoginPassword, &form.temp_login),
            (Field::TempConfirmationPassword, &form.temp_confirmation),
        ] {
            if typed.is_empty() {
                errors.push(field.error(Problem::Missing));
            }
        }
        for (field, repeated, new, again) in [
            (
                Field::LoginPassword,
                Field::LoginPasswordAgain,
                &form.login,
                &form.login_again,
            ),
            (
                Field::ConfirmationPassword,
                Field::ConfirmationPasswordAgain,
                &form.confirmation,
                &form.confirmation_again,
            ),
        ] {
            if errors.take(secrets::password(field, new, length)).is_none() {
                continue;
            }
            errors.take(secrets::repeated(repeated, new, again));
            let handed_over = [&form.temp_login, &form.temp_confirmation];
            if handed_over.iter().any(|old| old.expose() == new.expose()) {
                errors.push(field.error(Problem::SameAsTemporary));
            }
        }
        if form.login.expose() == form.confirmation.expose() && !form.login.is_empty() {
            errors.push(Field::ConfirmationPassword.error(Problem::SameAsLoginPassword));
        }
        errors
            .into_refusal()
            .map_or(Ok(()), |refusal| Err(refusal.into()))
    }
}
