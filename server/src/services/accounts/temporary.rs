//! Temporary passwords of a user, to be handed over: both at once, with their hashes.

use inkan_pki::secret::Secret;

use crate::services::Result;
use crate::services::account_service::AccountService;
use crate::services::staff::directory::temporary_password;

/// The passwords, and what is stored of them.
pub(in crate::services) struct TemporaryPasswords {
    /// 仮ログインパスワード.
    pub login: Secret,
    /// 仮確認用パスワード.
    pub confirmation: Secret,
    /// Argon2 string of the login password.
    pub login_hash: String,
    /// Argon2 string of the confirmation password.
    pub confirmation_hash: String,
}

impl AccountService<'_> {
    /// New random passwords.
    ///
    /// # Errors
    /// The system's random source fails, or the hasher is overloaded.
    pub(in crate::services) async fn temporary_passwords(&self) -> Result<TemporaryPasswords> {
        let (login, confirmation) = (temporary_password()?, temporary_password()?);
        Ok(TemporaryPasswords {
            login_hash: self.passwords.hash(login.clone()).await?,
            confirmation_hash: self.passwords.hash(confirmation.clone()).await?,
            login,
            confirmation,
        })
    }
}
