//! A program's request that may be sent twice: its response is stored under the caller's key, in the transaction of the
//! operation, and returned again instead of repeating the operation.
//!
//! The key belongs to the account. The writer lock serialises two simultaneous requests with one key: the second one
//! finds the response of the first, and its own changes are rolled back.

use jiff::{SignedDuration, Timestamp};

use super::{Fault, Result, Services};
use crate::services::account_service::AccountService;
use crate::store::idempotency::{self, RecordedResponse};
use crate::store::{DeferredCommit, Store};

/// How long a response is stored.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// A request with the caller's key.
#[derive(Debug, Clone)]
pub struct Request {
    /// The account.
    pub staff_id: String,
    /// Its key.
    pub key: String,
    /// SHA-256 of method, path and body, hex.
    pub sha256: String,
}

/// A response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// HTTP status.
    pub status: u16,
    /// Its text, without secrets that are returned only once.
    pub response: String,
}

/// What the key was used for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Before {
    /// For nothing yet.
    Nothing,
    /// For this request; its answer.
    This(Kept),
    /// For another request.
    Another,
}

/// The environment for the operation of one request.
pub struct IdempotentRequest {
    services: Services,
    store: Store,
    deferred_commit: DeferredCommit,
}

impl Services {
    /// What the key of a request was used for.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn asked_before(&self, request: &Request, now: Timestamp) -> Result<Before> {
        let (staff_id, key) = (&request.staff_id, &request.key);
        let found = idempotency::find(&self.inner.store, staff_id, key, since(now)).await?;
        Ok(match found {
            None => Before::Nothing,
            Some(one) if one.request_sha256 != request.sha256 => Before::Another,
            Some(one) => Before::This(Kept {
                status: u16::try_from(one.status)
                    .map_err(|_| Fault::Inconsistent("status of a response"))?,
                response: one.response,
            }),
        })
    }

    /// The environment for one operation.
    #[must_use]
    pub fn idempotent(&self) -> IdempotentRequest {
        let deferred_commit = DeferredCommit::default();
        IdempotentRequest {
            store: self.inner.store.begin_deferred(&deferred_commit),
            services: self.clone(),
            deferred_commit,
        }
    }

    /// Deletes expired responses; returns how many.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn forget_responses(&self, now: Timestamp) -> Result<u64> {
        let accounts = self.accounts();
        let forgotten =
            accounts.transaction(async |tx| Ok(idempotency::forget_before(tx, since(now)).await?));
        forgotten.await
    }
}

impl IdempotentRequest {
    /// The services; their changes become durable with [`Self::keep`]. One operation, and nothing between the two.
    #[must_use]
    pub fn accounts(&self) -> AccountService<'_> {
        let inner = &self.services.inner;
        AccountService {
            store: &self.store,
            settings: &inner.settings,
            passwords: &inner.passwords,
            status: &inner.status,
        }
    }

    /// Makes operation and response durable. If the key was used in the meantime, the operation is rolled back; returns
    /// what it was used for.
    ///
    /// # Errors
    /// Faults of the store; then neither is durable.
    pub async fn keep(&self, request: &Request, kept: &Kept, now: Timestamp) -> Result<Before> {
        let response = RecordedResponse {
            staff_id: request.staff_id.clone(),
            key: request.key.clone(),
            request_sha256: request.sha256.clone(),
            status: i64::from(kept.status),
            response: kept.response.clone(),
            at: now,
        };
        let accounts = self.services.accounts();
        let first = accounts.resume(self.deferred_commit.take(), async |tx| {
            let first = idempotency::keep(tx, &response, since(now)).await?;
            // A refusal that is not kept is recorded all the same.
            Ok((first, first || kept.status >= 400))
        });
        if first.await? {
            return Ok(Before::Nothing);
        }
        self.services.asked_before(request, now).await
    }
}

fn since(now: Timestamp) -> Timestamp {
    now.checked_sub(KEPT).unwrap_or(Timestamp::MIN)
}
