//! BLIS006: the user's data. Passwords are hashed here and not kept.

use inkan_pki::secret::Secret;
use jiff::Timestamp;

use super::{Entered, Wizard};
use crate::services::account_service::AccountService;
use crate::services::authentication::session::Stage;
use crate::services::validation::{Errors, Field, FieldError, Problem, codes, names, secrets};
use crate::services::{Caller, Refusal, Result};
use crate::store::contracts::Contract;
use crate::store::{sessions, users};

/// BLIS006 as it is entered.
#[derive(Debug, Clone)]
pub struct UserForm {
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
    /// 新しいログインパスワード.
    pub login_password: Secret,
    /// The same again.
    pub login_password_again: Secret,
    /// 新しい確認用パスワード.
    pub confirmation_password: Secret,
    /// The same again.
    pub confirmation_password_again: Secret,
}

struct Checked {
    name: String,
    email: String,
    login_id: String,
}

impl AccountService<'_> {
    /// Stores the user's data in the wizard (again after 戻る); it is then in [`Stage::UserEntered`].
    ///
    /// # Errors
    /// [`Refusal::SessionEnded`], [`Refusal::OutOfOrder`], [`Refusal::Fields`] (every field that is wrong),
    /// [`Refusal::LoginIdTaken`].
    pub async fn submit_user(&self, token: &str, form: UserForm, now: Timestamp) -> Result<()> {
        let session = self
            .session_at(token, &[Stage::AccountProved, Stage::UserEntered], now)
            .await?;
        let mut wizard = Wizard::of(&session)?;
        let contract = self.wizard_contract(&wizard).await?;
        let checked = self.checked_user(&form)?;
        if users::login_id_is_used(self.store, &checked.login_id).await? {
            return Err(Refusal::LoginIdTaken.into());
        }
        self.refuse_temporary(&contract, &form).await?;
        wizard.user = Some(Entered {
            name: checked.name,
            email: checked.email,
            login_id: checked.login_id,
            login_hash: self.passwords.hash(form.login_password).await?,
            confirmation_hash: self.passwords.hash(form.confirmation_password).await?,
        });
        let (digest, data) = (&session.token_sha256, wizard.to_json()?);
        let kept = self.transaction(async |tx| {
            let stage = Stage::UserEntered.as_str();
            Ok(sessions::set_stage(tx, digest, &session.stage, stage, &data).await?)
        });
        match kept.await? {
            true => Ok(()),
            false => Err(Refusal::OutOfOrder.into()),
        }
    }

    fn checked_user(&self, form: &UserForm) -> Result<Checked> {
        let mut errors = Errors::default();
        let characters = &self.settings.characters;
        let name = errors.take(names::user_name(&form.name));
        let email = errors.take(codes::email(&form.email));
        errors.take(again(
            Field::EmailAgain,
            email.as_deref(),
            &form.email_again,
            codes::email,
        ));
        let login_id = errors.take(codes::login_id(&form.login_id, characters));
        let same = |typed: &str| codes::login_id(typed, characters);
        errors.take(again(
            Field::LoginIdAgain,
            login_id.as_deref(),
            &form.login_id_again,
            same,
        ));
        let length = self.settings.passwords.length;
        let (login, confirmation) = (&form.login_password, &form.confirmation_password);
        if errors
            .take(secrets::password(Field::LoginPassword, login, length))
            .is_some()
        {
            let repeated = &form.login_password_again;
            errors.take(secrets::repeated(
                Field::LoginPasswordAgain,
                login,
                repeated,
            ));
        }
        if errors
            .take(secrets::password(
                Field::ConfirmationPassword,
                confirmation,
                length,
            ))
            .is_some()
        {
            let repeated = &form.confirmation_password_again;
            errors.take(secrets::repeated(
                Field::ConfirmationPasswordAgain,
                confirmation,
                repeated,
            ));
            if login.expose() == confirmation.expose() {
                errors.push(Field::ConfirmationPassword.error(Problem::SameAsLoginPassword));
            }
        }
        match (errors.into_refusal(), name, email, login_id) {
            (None, Some(name), Some(email), Some(login_id)) => Ok(Checked {
                name,
                email,
                login_id,
            }),
            (refusal, ..) => Err(refusal.unwrap_or(Refusal::Fields(Vec::new())).into()),
        }
    }

    /// A new password must not be one of the temporary ones.
    async fn refuse_temporary(&self, contract: &Contract, form: &UserForm) -> Result<()> {
        let mut errors = Errors::default();
        let new = [
            (Field::LoginPassword, &form.login_password),
            (Field::ConfirmationPassword, &form.confirmation_password),
        ];
        for (field, password) in new {
            let handed_over = [&contract.temp_login_hash, &contract.temp_confirmation_hash];
            for hash in handed_over.into_iter().flatten() {
                let (hash, password) = (hash.clone(), password.clone());
                let same = self
                    .passwords
                    .verify_known(hash, password, Caller::default());
                if same.await? {
                    errors.push(field.error(Problem::SameAsTemporary));
                }
            }
        }
        errors
            .into_refusal()
            .map_or(Ok(()), |refusal| Err(refusal.into()))
    }
}

/// The repetition, normalised like the first entry; not reported while the first is wrong.
pub(in crate::services) fn again(
    field: Field,
    first: Option<&str>,
    typed: &str,
    normalise: impl Fn(&str) -> std::result::Result<String, FieldError>,
) -> std::result::Result<(), FieldError> {
    let Some(first) = first else { return Ok(()) };
    if typed.trim_matches([' ', '\u{3000}']).is_empty() {
        return Err(field.error(Problem::Missing));
    }
    match normalise(typed) {
        Ok(second) if second == first => Ok(()),
        _ => Err(field.error(Problem::Differs)),
    }
}
