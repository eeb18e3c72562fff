//! パスワード変更: one's own passwords, by somebody who is logged in and knows the present one.

use inkan_pki::secret::Secret;
use jiff::Timestamp;
use serde_json::json;

use super::Deed;
use crate::mail::Letter;
use crate::mail::letter::Password;
use crate::store::sessions::{self, Session};
use crate::store::users::{self, PasswordKind};
use crate::workflow::mail::tell;
use crate::workflow::people::People;
use crate::workflow::session::Authenticated;
use crate::workflow::validation::{Errors, Field, Problem, secrets};
use crate::workflow::{Caller, Fault, Refusal, Result};

/// Which of one's own.
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
    /// The present password.
    pub present: Secret,
    /// The new one.
    pub new: Secret,
    /// The same again.
    pub again: Secret,
}

impl Own {
    /// Tried in a session that stands on a certificate, or in one without.
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

impl People<'_> {
    /// Changes a password. Every other session of the user ends.
    ///
    /// # Errors
    /// [`Refusal::Fields`], and those of [`People::confirm`] for the present password.
    pub async fn change_password(
        &self,
        found: &Authenticated,
        which: Own,
        form: ChangeForm,
        caller: Caller,
        now: Timestamp,
    ) -> Result<()> {
        let deed = Deed {
            by: &found.user.id,
            action: "user.password-changed",
            to: &found.user.id,
            caller,
            now,
        };
        let result = self.try_change(deed, &found.session, which, form).await;
        self.answered(deed, result).await
    }

    async fn try_change(
        &self,
        deed: Deed<'_>,
        session: &Session,
        which: Own,
        form: ChangeForm,
    ) -> Result<()> {
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
        let kind = which.kind(session.certificate_id.is_some());
        let proved = self.prove(deed.by, kind, form.present, deed.caller, deed.now);
        let user = proved.await?;
        let (seen, other) = match which {
            Own::Login => (&user.login.hash, &user.confirmation.hash),
            Own::Confirmation => (&user.confirmation.hash, &user.login.hash),
        };
        // Only now: asked earlier, the answer would be a way to guess the other one.
        let same = self
            .passwords
            .verify_known(other.clone(), form.new.clone(), deed.caller)
            .await?;
        if same {
            return Err(Refusal::Fields(vec![field.error(Problem::SameAsOther)]).into());
        }
        let hash = self.passwords.hash(form.new).await?;
        let mut tx = self.store.begin().await?;
        if !users::set_password_hash(&mut tx, deed.by, kind, seen, &hash).await? {
            return Err(Refusal::CredentialsWrong.into());
        }
        sessions::delete_others(&mut tx, deed.by, &session.token_sha256).await?;
        let user = users::find(&mut tx, deed.by).await?;
        let user = user.ok_or(Fault::Inconsistent("user is gone"))?;
        let letter = Letter::PasswordChanged {
            password: which.told(),
            at: deed.now,
        };
        let key = format!("{}:{:?}:{}", user.id, which, deed.now.as_second());
        tell(&mut tx, &user, &key, &letter, deed.now).await?;
        let detail = json!({ "password": which.told() });
        deed.entry().detail(detail).write(&mut tx, deed.now).await?;
        Ok(tx.commit().await?)
    }
}
