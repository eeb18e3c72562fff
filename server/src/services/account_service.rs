//! What the services without a CA depend on: the store, the settings and the password hasher.

use inkan_pki::secret::Secret;

use super::settings::Settings;
use super::{Result, Services};
use crate::services::accounts::passwords::Passwords;
use crate::services::certificates::status::StatusMemory;
use crate::store::users::PasswordKind;
use crate::store::{Store, users};

/// The services of customers and counter staff.
#[derive(Clone, Copy)]
pub struct AccountService<'a> {
    pub(super) store: &'a Store,
    pub(super) settings: &'a Settings,
    pub(super) passwords: &'a Passwords,
    pub(super) status: &'a StatusMemory,
}

impl Services {
    /// The services that need no CA: counter, registration, login, sessions.
    #[must_use]
    pub fn accounts(&self) -> AccountService<'_> {
        let inner = &self.inner;
        AccountService {
            store: &inner.store,
            settings: &inner.settings,
            passwords: &inner.passwords,
            status: &inner.status,
        }
    }
}

impl Services {
    /// Reads the costs of the stored password hashes, so that a comparison without a hash costs as much.
    ///
    /// # Errors
    /// Errors of the store.
    pub async fn learn_password_costs(&self) -> Result<()> {
        let costs = users::hash_costs(&self.inner.store).await?;
        // Salt and hash do not matter; a PHC string has both.
        let whole = |cost: String| format!("{cost}$AAAAAAAAAAAAAAAAAAAAAA${}", "A".repeat(43));
        self.inner.passwords.learn(costs.into_iter().map(whole));
        Ok(())
    }
}

impl<'a> AccountService<'a> {
    /// Combines the parts (a [`Services`] has them already).
    #[must_use]
    pub fn new(
        store: &'a Store,
        settings: &'a Settings,
        passwords: &'a Passwords,
        status: &'a StatusMemory,
    ) -> Self {
        Self {
            store,
            settings,
            passwords,
            status,
        }
    }

    /// Replaces a hash of a former cost, but only after its password has opened something: before that, the second hash
    /// would reveal a correct guess by its time. Returns the new hash; if it cannot be stored, this is logged, and the
    /// next login tries again.
    pub(super) async fn renew_outdated(
        &self,
        user_id: &str,
        kind: PasswordKind,
        hash: &str,
        password: Secret,
    ) -> Option<String> {
        if !self.passwords.is_outdated(hash) {
            return None;
        }
        let renewed = async {
            let renewed = self.passwords.hash(password).await?;
            let stored = self.transaction(async |tx| {
                let stored = users::renew_password_hash(tx, user_id, kind, hash, &renewed);
                Ok(stored.await?.then_some(renewed.clone()))
            });
            stored.await
        };
        match renewed.await {
            Ok(renewed) => renewed,
            Err(error) => {
                tracing::warn!(user = user_id, %error, "password hash not renewed");
                None
            }
        }
    }
}
