//! The state of what the server depends on, for the operator.

use std::time::Instant;

use jiff::Timestamp;

use super::finding::HealthFinding;
use super::scope::{Scope, on_record};
use crate::ca::IssuerId;
use crate::ca::hsm::GroupState;
use crate::services::operations::jobs::Report;
use crate::services::{Error, Fault, Result, Services};
use crate::store::crls::Kind;

/// What `/readyz` and the security officer's page show.
#[derive(Debug, Clone)]
pub struct Health {
    /// Why the store does not respond; none if it does.
    pub store: Option<StoreFault>,
    /// The HSMs.
    pub hsms: GroupState,
    /// What prevents the CAs from issuing; empty if certificates can be issued.
    pub issuing: Option<HealthFinding>,
    /// The CRL of every customer CA is within its validity period.
    pub crl_fresh: bool,
    /// The scheduled jobs; empty if the store does not respond.
    pub jobs: Vec<Report>,
    /// Age of the memory of revoked and suspended certificates, in seconds; none before it was filled.
    pub status_age: Option<u64>,
}

/// Why the store does not respond.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreFault {
    /// Stable code.
    pub code: &'static str,
    /// For the operator.
    pub detail: String,
}

impl Services {
    /// Checks each part; returns soon, even if all of them are unavailable.
    pub async fn health(&self, now: Timestamp) -> Health {
        let read = async {
            self.inner.store.ping().await?;
            Ok((
                self.crls_are_fresh(now).await?,
                self.job_reports(now).await?,
            ))
        };
        let (store, crl_fresh, jobs) = match self.soon(read).await {
            Ok((fresh, jobs)) => (None, fresh, jobs),
            Err(error) => (
                Some(fault(&error)),
                self.kept_crls_are_fresh(now),
                Vec::new(),
            ),
        };
        let age = self.status_memory().age(Instant::now());
        let hsms = self.inner.ca.hsms().state();
        Health {
            issuing: self.keeps_from_issuing(store.is_none(), &hsms, now),
            store,
            hsms,
            crl_fresh,
            jobs,
            status_age: age.map(|age| age.as_secs()),
        }
    }

    async fn crls_are_fresh(&self, now: Timestamp) -> Result<bool> {
        let mut fresh = true;
        let cas = self.inner.ca.cas_of(IssuerId::Customer);
        for ca in cas.filter(|ca| !ca.is_over(now)) {
            let left = self.crl_seconds_left(on_record(ca.id), now).await?;
            fresh &= left.is_some_and(|left| left > 0);
        }
        Ok(fresh)
    }

    /// Of the CRLs that are served while the store is unavailable.
    fn kept_crls_are_fresh(&self, now: Timestamp) -> bool {
        let mut cas = self.inner.ca.cas_of(IssuerId::Customer);
        cas.all(|ca| {
            let key = (Scope::whole(on_record(ca.id)), Kind::Full);
            let kept = self.inner.crls.get(&key);
            ca.is_over(now) || kept.is_some_and(|list| now < list.next_update)
        })
    }

    /// The certification authority, for endpoints that publish its certificates.
    #[must_use]
    pub fn authority(&self) -> &crate::ca::Authority {
        &self.inner.ca
    }
}

fn fault(error: &Error) -> StoreFault {
    let code = match error {
        Error::Fault(Fault::Store(error)) => error.code(),
        Error::Fault(_) | Error::Refused(_) => "store-failed",
    };
    StoreFault {
        code,
        detail: error.to_string(),
    }
}
