//! The state of what the server stands on, for the operator.

use jiff::Timestamp;

use super::scope::on_record;
use crate::ca::IssuerId;
use crate::ca::hsm::HsmState;
use crate::workflow::Workflows;

/// What `/readyz` and the security officer look at.
#[derive(Debug, Clone)]
pub struct Health {
    /// The store answers.
    pub store: bool,
    /// The HSM pool.
    pub hsm: HsmState,
    /// The CRL of every customer CA is within its time.
    pub crl_fresh: bool,
}

impl Workflows {
    /// Asks each part; answers even when all of them are away.
    pub async fn health(&self, now: Timestamp) -> Health {
        let mut crl_fresh = true;
        let cas = self.inner.ca.cas_of(IssuerId::Customer);
        for ca in cas.filter(|ca| !ca.is_over(now)) {
            let left = self.crl_seconds_left(on_record(ca.id), now).await;
            crl_fresh &= matches!(left, Ok(Some(left)) if left > 0);
        }
        Health {
            store: self.inner.store.ping().await.is_ok(),
            hsm: self.inner.ca.pool().state(),
            crl_fresh,
        }
    }

    /// The certification authority, for endpoints that publish its certificates.
    #[must_use]
    pub fn authority(&self) -> &crate::ca::Authority {
        &self.inner.ca
    }
}
