//! The one way to write. If it is dropped without [`Tx::commit`], nothing of it remains.
//!
//! A transaction tracks what its commit requires (an audit row) and what it affects: if it changed whether a
//! certificate is active, [`Store::status_version`] is incremented with the commit.
//!
//! [`Store::status_version`]: super::Store::status_version

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::StoreError;
use super::audit::Head;
use super::audit::repeats::FirstRefusal;
use super::deferred_commit::DeferredCommit;
use super::engine::Writing;
use super::sql::{Record, Sql};

/// An open write transaction; the only open one in the database until it ends.
///
/// Keep it short, and never await anything but the database while it is open.
pub struct Tx {
    inner: Writing,
    letters: bool,
    changed: bool,
    /// The head of the audit chain, if this transaction has appended to it: it is written with the commit.
    head: Option<Head>,
    status_changed: bool,
    status_version: Arc<AtomicU64>,
    first_refusals: Vec<FirstRefusal>,
    deferred_commit: Option<DeferredCommit>,
}

impl Tx {
    pub(super) fn new(inner: Writing, letters: bool, status_version: Arc<AtomicU64>) -> Self {
        Tx {
            inner,
            letters,
            changed: false,
            head: None,
            status_changed: false,
            status_version,
            first_refusals: Vec::new(),
            deferred_commit: None,
        }
    }

    pub(super) fn deferred_in(self, deferred_commit: Option<DeferredCommit>) -> Self {
        Tx {
            deferred_commit,
            ..self
        }
    }

    pub(super) fn writing(&mut self) -> &mut Writing {
        &mut self.inner
    }

    /// Whether messages to customers are stored, that is, whether there is a mail server to send them.
    #[must_use]
    pub fn sends_mail(&self) -> bool {
        self.letters
    }

    /// A change of state: the transaction must also write an audit row, if it changed any row. Returns the number of rows.
    pub(super) async fn change(&mut self, statement: Sql) -> Result<u64, StoreError> {
        let rows = self.upkeep(statement).await?;
        self.changed |= rows > 0;
        Ok(rows)
    }

    /// A write that needs no audit row (a session used again, a progress note).
    pub(super) async fn upkeep(&mut self, statement: Sql) -> Result<u64, StoreError> {
        self.inner.execute(statement).await
    }

    pub(super) async fn returning(&mut self, statement: Sql) -> Result<Option<Record>, StoreError> {
        self.inner.optional(statement).await
    }

    /// Rows were appended to the audit chain, up to `head`.
    pub(super) fn mark_audited(&mut self, head: Head) {
        self.head = Some(head);
    }

    /// The head of the audit chain, if it is ahead of the one in the database: by this transaction, or by one before it
    /// that is durable with it.
    pub(super) fn head(&self) -> Option<Head> {
        self.head.clone().or_else(|| self.inner.head())
    }

    /// A certificate became inactive, or is active again.
    pub(super) fn mark_status_changed(&mut self) {
        self.status_changed = true;
    }

    /// This transaction contains the row of the first of repeated refusals: without its commit, another one is the first.
    pub fn records_first(&mut self, refusal: FirstRefusal) {
        self.first_refusals.push(refusal);
    }

    /// Returns when everything is durable; in a store with a [`DeferredCommit`], when the transaction is taken from there.
    ///
    /// # Errors
    /// [`StoreError::Unaudited`] when something changed and no audit row was written (nothing is committed).
    pub async fn commit(mut self) -> Result<(), StoreError> {
        if self.changed && self.head.is_none() {
            self.inner.rollback().await?;
            return Err(StoreError::Unaudited);
        }
        match self.deferred_commit.take() {
            Some(deferred_commit) => {
                deferred_commit.park(self);
                Ok(())
            }
            None => {
                let effects = Effects {
                    status_version: self.status_changed.then_some(self.status_version),
                    first_refusals: self.first_refusals,
                };
                self.inner.commit(effects, self.head).await
            }
        }
    }

    /// Rolls everything back. What it has read is durable when this returns; so it is after dropping a transaction, which
    /// may have to wait for that in place.
    pub async fn rollback(self) -> Result<(), StoreError> {
        self.inner.rollback().await
    }
}

/// What becomes true in this process when a transaction is durable, whether or not its caller still waits.
pub(crate) struct Effects {
    status_version: Option<Arc<AtomicU64>>,
    first_refusals: Vec<FirstRefusal>,
}

impl Effects {
    /// Those of a transaction that changed nothing.
    pub(crate) fn none() -> Self {
        Effects {
            status_version: None,
            first_refusals: Vec::new(),
        }
    }

    /// The transaction is durable.
    pub(crate) fn take_place(self) {
        if let Some(version) = self.status_version {
            version.fetch_add(1, Ordering::Release);
        }
        for refusal in self.first_refusals {
            refusal.recorded();
        }
    }
}
