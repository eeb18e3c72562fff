//! Every list that should be published now, and how fresh it is: for the officer's page.

use jiff::Timestamp;

use super::scope::on_record;
use crate::store::crl_lists::{self, Kind, Published};
use crate::workflow::{Result, Workflows};

/// A list as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListState {
    /// Whose: `customer`, `staff`, `customer-2`, or with a part, `customer/202610`.
    pub name: String,
    /// The newest full one; none before the first.
    pub newest: Option<Published>,
}

impl ListState {
    /// Whether it is in its time and was renewed when it should have been.
    #[must_use]
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        let newest = self.newest.as_ref();
        newest.is_some_and(|list| list.this_update <= now && now < list.next_update)
    }
}

impl Workflows {
    /// The lists of every CA that is not over, with their parts, in the order of their names.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn list_states(&self, now: Timestamp) -> Result<Vec<ListState>> {
        let mut states = Vec::new();
        for ca in self.inner.ca.cas().iter().filter(|ca| !ca.is_over(now)) {
            for scope in self.scopes(on_record(ca.id), now).await? {
                let name = scope.name();
                let newest = crl_lists::latest(&self.inner.store, &name, Kind::Full).await?;
                states.push(ListState { name, newest });
            }
        }
        Ok(states)
    }
}
