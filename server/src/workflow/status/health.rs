//! The state of what the server stands on, for the operator.

use jiff::Timestamp;

use crate::ca::hsm::HsmState;
use crate::store::certificates::Issuer;
use crate::workflow::{Result, Workflows};

/// What `/readyz` and the security officer look at.
#[derive(Debug, Clone)]
pub struct Health {
    /// The store answers.
    pub store: bool,
    /// The HSM pool.
    pub hsm: HsmState,
    /// The customer CA's CRL is within its time.
    pub crl_fresh: bool,
}

impl Workflows {
    /// Asks each part; answers even when all of them are away.
    pub async fn health(&self, now: Timestamp) -> Health {
        let left: Result<_> = self.crl_seconds_left(Issuer::Customer, now).await;
        Health {
            store: self.inner.store.ping().await.is_ok(),
            hsm: self.inner.ca.pool().state(),
            crl_fresh: matches!(left, Ok(Some(left)) if left > 0),
        }
    }

    /// The certification authority, for endpoints that publish its certificates.
    #[must_use]
    pub fn authority(&self) -> &crate::ca::Authority {
        &self.inner.ca
    }
}
