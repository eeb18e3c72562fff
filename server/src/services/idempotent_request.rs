//! A request of a program that may be sent twice: its answer is kept under the caller's key, in the transaction of the
//! operation, and given again instead of doing the operation again.
//!
//! The key belongs to the account. Two requests with one key at once are serialised by the writer lock: the one that is
//! second finds the answer of the first, and what it did itself is taken back.

use jiff::{SignedDuration, Timestamp};

use super::{Fault, Result, Services};
use crate::services::account_service::AccountService;
use crate::store::idempotency::{self, RecordedResponse};
use crate::store::{DeferredCommit, Store};

/// How long an answer is kept.
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

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// HTTP status.
    pub status: u16,
    /// Its text, without what is given only once.
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

/// Where the operation of one request is done.
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
                    .map_err(|_| Fault::Inconsistent("status of an answer"))?,
                response: one.response,
            }),
        })
    }

    /// A place for one operation.
    #[must_use]
    pub fn idempotent(&self) -> IdempotentRequest {
        let deferred_commit = DeferredCommit::default();
        IdempotentRequest {
            store: self.inner.store.begin_deferred(&deferred_commit),
            services: self.clone(),
            deferred_commit,
        }
    }

    /// Forgets answers that are no longer kept; how many.
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
    /// The services; what they do is durable with [`Self::keep`]. One operation, and nothing between the two.
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

    /// Makes operation and answer durable. Where the key was used meanwhile the operation is taken back; then what it was used for.
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
