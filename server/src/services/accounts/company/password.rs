//! パスワード変更: a user's own passwords, by a user who is logged in and knows the current one.

use inkan_pki::secret::Secret;
use serde_json::json;

use crate::mail::Notification;
use crate::mail::notification::Password;
use crate::services::account_service::AccountService;
use crate::services::command::Outcome;
use crate::services::notifications::tell;
use crate::services::validation::{Errors, Field, Problem, secrets};
use crate::services::{Fault, Refusal, RequestContext, Result};
use crate::store::audit::AuditAction;
use crate::store::sessions::{self, Session};
use crate::store::users::{self, PasswordKind};

/// Which of the user's own passwords.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Own {
    /// ログインパスワード.
    Login,
    /// 確認用パスワード.
    Confirmation,
}

/// A change as entered.
#[derive(Debug)]
pub struct ChangeForm {
    /// The current password.
    pub present: Secret,
    /// The new one.
    pub new: Secret,
    /// The same again.
    pub again: Secret,
}

impl Own {
    /// Tried in a session that depends on a certificate, or in one without.
    const fn kind(self, certificate: bool) -> PasswordKind {
        match self {
            Self::Login if certificate => PasswordKind::LoginWithCertificate,
            Self::Login => PasswordKind::Login,
            Self::Confirmation => PasswordKind::Confirmation,
        }
    }

    const fn told(self) -> Password {
        match self {
            Self::Login => Password::Login,
            Self::Confirmation => Password::Confirmation,
        }
    }

    const fn fields(self) -> (Field, Field) {
        match self {
            Self::Login => (Field::LoginPassword, Field::LoginPasswordAgain),
            Self::Confirmation => (
                Field::ConfirmationPassword,
                Field::ConfirmationPasswordAgain,
            ),
        }
    }
}

impl AccountService<'_> {
    /// Changes a password. Every other session of the user ends.
    ///
    /// # Errors
    /// [`Refusal::Fields`], and those of [`AccountService::confirm`] for the current password.
    pub async fn change_password(
        &self,
        context: &RequestContext,
        session: &Session,
        which: Own,
        form: ChangeForm,
    ) -> Result<()> {
        let (user_id, now) = (context.user_id()?, context.now);
        let command = context.command(AuditAction::UserPasswordChanged, ("user", user_id));
        let kind = which.kind(session.certificate_id.is_some());
        let proved = self.prove_present(context, kind, which, form);
        let (seen, hash) = self.audit_refusals(command, proved).await?;
        let done = self.execute(command, async |tx| {
            if !users::set_password_hash(tx, user_id, kind, &seen, &hash).await? {
                return Err(Refusal::CredentialsWrong.into());
            }
            sessions::delete_others(tx, user_id, &session.token_sha256).await?;
            let user = users::find(&mut *tx, user_id).await?;
            let user = user.ok_or(Fault::Inconsistent("user is gone"))?;
            let message = Notification::PasswordChanged {
                password: which.told(),
                at: now,
            };
            let key = format!("{}:{:?}:{}", user.id, which, now.as_second());
            tell(tx, &user, &key, &message, now).await?;
            Ok(Outcome::done(()).detail(json!({ "password": which.told() })))
        });
        done.await
    }

    /// The current password, verified, and the new one: their hashes.
    async fn prove_present(
        &self,
        context: &RequestContext,
        kind: PasswordKind,
        which: Own,
        form: ChangeForm,
    ) -> Result<(String, String)> {
        let (field, repeated) = which.fields();
        let mut errors = Errors::default();
        let length = self.settings.passwords.length;
        if form.present.is_empty() {
            errors.push(Field::PresentPassword.error(Problem::Missing));
        }
        if errors
            .take(secrets::password(field, &form.new, length))
            .is_some()
        {
            errors.take(secrets::repeated(repeated, &form.new, &form.again));
            if form.new.expose() == form.present.expose() {
                errors.push(field.error(Problem::SameAsPresent));
            }
        }
        if let Some(refusal) = errors.into_refusal() {
            return Err(refusal.into());
        }
        let user = self.prove(context, kind, form.present).await?;
        let (seen, other) = match which {
            Own::Login => (user.login.hash, user.confirmation.hash),
            Own::Confirmation => (user.confirmation.hash, user.login.hash),
        };
        // Not earlier: the answer would be a way to guess the other one.
        let (new, caller) = (form.new.clone(), context.caller);
        if self.passwords.verify_known(other, new, caller).await? {
            return Err(Refusal::Fields(vec![field.error(Problem::SameAsOther)]).into());
        }
        Ok((seen, self.passwords.hash(form.new).await?))
    }
}
