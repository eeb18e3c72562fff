//! Lists as they are handed out: the newest one, kept in memory, and the last good one when the store is away.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;

use super::scope::Scope;
use crate::store::certificates::Ca;
use crate::store::crl_lists::{self, Kind};
use crate::store::id;
use crate::workflow::{Result, Workflows};

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
    fn get(&self, key: &(Scope, Kind)) -> Option<Arc<ReadyList>> {
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
        match self.read_list(scope, kind, kept.as_ref()).await {
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
