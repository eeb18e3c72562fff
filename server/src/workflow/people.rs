//! What the workflows of people stand on: the store, the settings and the password hasher; no CA.

use jiff::Timestamp;

use super::audited::Entry;
use super::passwords::Passwords;
use super::settings::Settings;
use super::{Result, Workflows};
use crate::store::Store;

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

    /// As [`Entry::record_refusal`].
    pub(super) async fn record_refusal(&self, entry: Entry<'_>, now: Timestamp) -> Result<()> {
        entry.record_refusal(self.store, now).await
    }
}
