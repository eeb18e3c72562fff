//! Every CRL that should be published now, and its validity: for the officer's page.

use jiff::Timestamp;

use super::scope::on_record;
use crate::services::{Result, Services};
use crate::store::crls::{self, Kind, Published};

/// A CRL in its current state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrlState {
    /// Scope: `customer`, `staff`, `customer-2`, or with a shard, `customer/202610`.
    pub name: String,
    /// The newest full one; none before the first.
    pub newest: Option<Published>,
}

impl CrlState {
    /// Whether it is within its validity period and was renewed when it should have been.
    #[must_use]
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        let newest = self.newest.as_ref();
        newest.is_some_and(|list| list.this_update <= now && now < list.next_update)
    }
}

impl Services {
    /// The CRLs of every unexpired CA, with their shards, ordered by name.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn crl_states(&self, now: Timestamp) -> Result<Vec<CrlState>> {
        let mut states = Vec::new();
        for ca in self.inner.ca.cas().iter().filter(|ca| !ca.is_over(now)) {
            for scope in self.scopes(on_record(ca.id), now).await? {
                let name = scope.name();
                let newest = crls::latest(&self.inner.store, &name, Kind::Full).await?;
                states.push(CrlState { name, newest });
            }
        }
        Ok(states)
    }
}
