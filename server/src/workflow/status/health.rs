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
        let crl: Result<_> = self.latest_crl(Issuer::Customer).await;
        Health {
            store: self.inner.store.ping().await.is_ok(),
            hsm: self.inner.ca.pool().state(),
            crl_fresh: matches!(crl, Ok(Some(crl)) if now < crl.next_update),
        }
    }

    /// The certification authority, for endpoints that publish its certificates.
    #[must_use]
    pub fn authority(&self) -> &crate::ca::Authority {
        &self.inner.ca
    }
}
