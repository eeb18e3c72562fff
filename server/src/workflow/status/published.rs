//! Lists as they are handed out: the newest one, kept in memory, and the last good one when the store is away.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jiff::Timestamp;

use super::scope::{Scope, on_record};
use crate::store::certificates::Ca;
use crate::store::crl_lists::{self, Kind};
use crate::store::{StoreError, id};
use crate::workflow::{Fault, Result, Workflows};

/// How long the bytes of a list are waited for.
const READ_WITHIN: Duration = Duration::from_millis(400);

/// A list ready to be sent.
#[derive(Debug)]
pub struct ReadyList {
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

/// What was read last, by scope and kind.
#[derive(Debug, Default)]
pub(in crate::workflow) struct ReadyLists(RwLock<HashMap<(Scope, Kind), Arc<ReadyList>>>);

impl ReadyLists {
    pub(super) fn get(&self, key: &(Scope, Kind)) -> Option<Arc<ReadyList>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.get(key).cloned()
    }

    fn put(&self, key: (Scope, Kind), list: &Arc<ReadyList>) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(key, Arc::clone(list));
    }
}

impl Workflows {
    /// The newest full or delta list of a scope.
    ///
    /// # Errors
    /// Faults of the store, when nothing is kept here either.
    pub async fn published_list(
        &self,
        scope: &Scope,
        kind: Kind,
    ) -> Result<Option<Arc<ReadyList>>> {
        let lists = &self.inner.lists;
        let key = (scope.clone(), kind);
        let kept = lists.get(&key);
        match self.newest_list(scope, kind, kept.as_ref()).await {
            Ok(Some(list)) => {
                // Only scopes that exist are kept: their number is bounded by the calendar.
                lists.put(key, &list);
                Ok(Some(list))
            }
            Ok(None) => Ok(None),
            Err(error) => match kept {
                Some(list) => {
                    tracing::warn!(%error, scope = scope.name(), "the list is read from memory");
                    Ok(Some(list))
                }
                None => Err(error),
            },
        }
    }

    /// The newest list, soon; one that is too big to be read soon is there when it was kept.
    async fn newest_list(
        &self,
        scope: &Scope,
        kind: Kind,
        kept: Option<&Arc<ReadyList>>,
    ) -> Result<Option<Arc<ReadyList>>> {
        let store = &self.inner.store;
        let name = scope.name();
        let latest = async { Ok(crl_lists::latest(store, &name, kind).await?) };
        let Some(latest) = self.soon(latest).await? else {
            return Ok(None);
        };
        match kept.filter(|list| list.number == latest.number) {
            Some(list) => Ok(Some(Arc::clone(list))),
            None => tokio::time::timeout(READ_WITHIN, self.read_list(scope, kind, kept))
                .await
                .unwrap_or_else(|_| {
                    Err(Fault::Store(StoreError::NoAnswer(READ_WITHIN.as_millis())).into())
                }),
        }
    }

    /// Reads every list that should be published into memory: what an instance has never handed out is handed out, too,
    /// while the store is unavailable.
    ///
    /// # Errors
    /// Faults of the store; what was read before stays.
    pub async fn keep_lists(&self, now: Timestamp) -> Result<()> {
        for ca in self.inner.ca.cas().iter().filter(|ca| !ca.is_over(now)) {
            for scope in self.scopes(on_record(ca.id), now).await? {
                self.keep_scope(&scope).await?;
            }
        }
        Ok(())
    }

    /// As [`Self::keep_lists`], for one scope.
    pub(super) async fn keep_scope(&self, scope: &Scope) -> Result<()> {
        for kind in [Kind::Full, Kind::Delta] {
            let key = (scope.clone(), kind);
            let kept = self.inner.lists.get(&key);
            if let Some(list) = self.read_list(scope, kind, kept.as_ref()).await? {
                self.inner.lists.put(key, &list);
            }
        }
        Ok(())
    }

    async fn read_list(
        &self,
        scope: &Scope,
        kind: Kind,
        kept: Option<&Arc<ReadyList>>,
    ) -> Result<Option<Arc<ReadyList>>> {
        let store = &self.inner.store;
        let name = scope.name();
        // Once more when a newer one was published between the two reads, and the bytes of the first are gone.
        for _ in 0..3 {
            let Some(newest) = crl_lists::latest(store, &name, kind).await? else {
                return Ok(None);
            };
            if let Some(list) = kept.filter(|list| list.number == newest.number) {
                return Ok(Some(Arc::clone(list)));
            }
            if let Some(der) = crl_lists::bytes(store, &name, kind, newest.number).await? {
                return Ok(Some(Arc::new(ReadyList {
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

    /// Seconds until the newest full list of a CA is over; negative after that, none before the first list.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn crl_seconds_left(&self, ca: impl Into<Ca>, now: Timestamp) -> Result<Option<i64>> {
        let name = Scope::whole(ca).name();
        let newest = crl_lists::latest(&self.inner.store, &name, Kind::Full).await?;
        Ok(newest.map(|list| list.next_update.as_second() - now.as_second()))
    }
}
