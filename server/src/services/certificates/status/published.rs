//! CRLs as they are served: the newest one, kept in memory, and the last valid one while the store is unavailable.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jiff::Timestamp;

use super::scope::{Scope, on_record};
use crate::services::{Fault, Result, Services};
use crate::store::certificates::Ca;
use crate::store::crls::{self, Kind};
use crate::store::{StoreError, id};

/// How long the bytes of a CRL are waited for.
const READ_TIMEOUT: Duration = Duration::from_millis(400);

/// A CRL ready to be sent.
#[derive(Debug)]
pub struct ReadyCrl {
    /// DER.
    pub der: Arc<[u8]>,
    /// SHA-256, hex.
    pub sha256: String,
    /// CRL number.
    pub number: i64,
    /// thisUpdate.
    pub this_update: Timestamp,
    /// nextUpdate.
    pub next_update: Timestamp,
}

/// The CRLs read last, by scope and kind.
#[derive(Debug, Default)]
pub(in crate::services) struct ReadyCrls(RwLock<HashMap<(Scope, Kind), Arc<ReadyCrl>>>);

impl ReadyCrls {
    pub(super) fn get(&self, key: &(Scope, Kind)) -> Option<Arc<ReadyCrl>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.get(key).cloned()
    }

    fn put(&self, key: (Scope, Kind), crl: &Arc<ReadyCrl>) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(key, Arc::clone(crl));
    }
}

impl Services {
    /// The newest full or delta CRL of a scope.
    ///
    /// # Errors
    /// Faults of the store, if nothing is in memory either.
    pub async fn published_crl(&self, scope: &Scope, kind: Kind) -> Result<Option<Arc<ReadyCrl>>> {
        let crls = &self.inner.crls;
        let key = (scope.clone(), kind);
        let kept = crls.get(&key);
        match self.newest_crl(scope, kind, kept.as_ref()).await {
            Ok(Some(crl)) => {
                // Only scopes that exist are kept: their number is bounded by the calendar.
                crls.put(key, &crl);
                Ok(Some(crl))
            }
            Ok(None) => Ok(None),
            Err(error) => match kept {
                Some(crl) => {
                    tracing::warn!(%error, scope = scope.name(), "the CRL is served from memory");
                    Ok(Some(crl))
                }
                None => Err(error),
            },
        }
    }

    /// The newest CRL, within the time limit; one that is too large for it is served once it is in memory.
    async fn newest_crl(
        &self,
        scope: &Scope,
        kind: Kind,
        kept: Option<&Arc<ReadyCrl>>,
    ) -> Result<Option<Arc<ReadyCrl>>> {
        let store = &self.inner.store;
        let name = scope.name();
        let latest = async { Ok(crls::latest(store, &name, kind).await?) };
        let Some(latest) = self.soon(latest).await? else {
            return Ok(None);
        };
        match kept.filter(|crl| crl.number == latest.number) {
            Some(crl) => Ok(Some(Arc::clone(crl))),
            None => tokio::time::timeout(READ_TIMEOUT, self.read_crl(scope, kind, kept))
                .await
                .unwrap_or_else(|_| {
                    Err(Fault::Store(StoreError::NoAnswer(READ_TIMEOUT.as_millis())).into())
                }),
        }
    }

    /// Reads every CRL that should be published into memory, so that an instance can serve those it has never served
    /// before while the store is unavailable.
    ///
    /// # Errors
    /// Faults of the store; CRLs that were read before stay.
    pub async fn keep_crls(&self, now: Timestamp) -> Result<()> {
        for ca in self.inner.ca.cas().iter().filter(|ca| !ca.is_over(now)) {
            for scope in self.scopes(on_record(ca.id), now).await? {
                self.keep_scope(&scope).await?;
            }
        }
        Ok(())
    }

    /// As [`Self::keep_crls`], for one scope.
    pub(super) async fn keep_scope(&self, scope: &Scope) -> Result<()> {
        for kind in [Kind::Full, Kind::Delta] {
            let key = (scope.clone(), kind);
            let kept = self.inner.crls.get(&key);
            if let Some(crl) = self.read_crl(scope, kind, kept.as_ref()).await? {
                self.inner.crls.put(key, &crl);
            }
        }
        Ok(())
    }

    async fn read_crl(
        &self,
        scope: &Scope,
        kind: Kind,
        kept: Option<&Arc<ReadyCrl>>,
    ) -> Result<Option<Arc<ReadyCrl>>> {
        let store = &self.inner.store;
        let name = scope.name();
        // Again if a newer one was published between the two reads, and the bytes of the first are gone.
        for _ in 0..3 {
            let Some(newest) = crls::latest(store, &name, kind).await? else {
                return Ok(None);
            };
            if let Some(crl) = kept.filter(|crl| crl.number == newest.number) {
                return Ok(Some(Arc::clone(crl)));
            }
            if let Some(der) = crls::bytes(store, &name, kind, newest.number).await? {
                return Ok(Some(Arc::new(ReadyCrl {
                    sha256: id::sha256_hex(&der),
                    der: der.into(),
                    number: newest.number,
                    this_update: newest.this_update,
                    next_update: newest.next_update,
                })));
            }
        }
        Ok(kept.cloned())
    }

    /// Seconds until the newest full CRL of a CA expires; negative after that, `None` before the first CRL.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn crl_seconds_left(&self, ca: impl Into<Ca>, now: Timestamp) -> Result<Option<i64>> {
        let name = Scope::whole(ca).name();
        let newest = crls::latest(&self.inner.store, &name, Kind::Full).await?;
        Ok(newest.map(|crl| crl.next_update.as_second() - now.as_second()))
    }
}
