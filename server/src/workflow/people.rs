//! What the workflows of people stand on: the store, the settings and the password hasher; no CA.

use inkan_pki::secret::Secret;
use jiff::Timestamp;

use super::audited::Entry;
use super::passwords::Passwords;
use super::settings::Settings;
use super::{Result, Workflows};
use crate::store::{Store, users};

/// The workflows of customers and counter staff.
#[derive(Clone, Copy)]
pub struct People<'a> {
    pub(super) store: &'a Store,
    pub(super) settings: &'a Settings,
    pub(super) passwords: &'a Passwords,
}

impl Workflows {
    /// The workflows that need no CA: counter, registration, login, sessions.
    #[must_use]
    pub fn people(&self) -> People<'_> {
        let inner = &self.inner;
        People {
            store: &inner.store,
            settings: &inner.settings,
            passwords: &inner.passwords,
        }
    }
}

impl Workflows {
    /// Takes notice of what the password hashes on record cost, so that a comparison with none costs as much.
    ///
    /// # Errors
    /// What the store answers.
    pub async fn learn_password_costs(&self) -> Result<()> {
        let costs = users::hash_costs(&self.inner.store).await?;
        // Salt and hash do not matter; a PHC string has both.
        let whole = |cost: String| format!("{cost}$AAAAAAAAAAAAAAAAAAAAAA${}", "A".repeat(43));
        self.inner.passwords.learn(costs.into_iter().map(whole));
        Ok(())
    }
}

impl<'a> People<'a> {
    /// Puts the parts together (a [`Workflows`] has them already).
    #[must_use]
    pub fn new(store: &'a Store, settings: &'a Settings, passwords: &'a Passwords) -> Self {
        Self {
            store,
            settings,
            passwords,
        }
    }

    /// The hash of a right password at the cost of today, where `hash` was made at another.
    pub(super) async fn at_todays_cost(
        &self,
        hash: &str,
        password: Secret,
        right: bool,
    ) -> Result<Option<String>> {
        if right && self.passwords.is_outdated(hash) {
            return self.passwords.hash(password).await.map(Some);
        }
        Ok(None)
    }

    /// As [`Entry::record_refusal`].
    pub(super) async fn record_refusal(&self, entry: Entry<'_>, now: Timestamp) -> Result<()> {
        entry.record_refusal(self.store, now).await
    }
}
