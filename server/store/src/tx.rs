//! The one way to write. If it is dropped without [`Tx::commit`], nothing of it remains.
//!
//! A transaction tracks what its commit requires (an audit row) and what it affects: if it changed whether a
//! certificate is active, [`Store::status_version`] is incremented with the commit.
//!
//! [`Store::status_version`]: super::Store::status_version

use sqlx::any::AnyRow;
use sqlx::{Any, AnyConnection, Transaction};

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::StoreError;
use super::audit::repeats::FirstRefusal;
use super::db::Sql;
use super::deferred_commit::DeferredCommit;

/// An open write transaction; the only one in the database until it ends.
///
/// Keep it short, and never await anything but the database while it is open.
pub struct Tx {
    inner: Transaction<'static, Any>,
    letters: bool,
    changed: bool,
    audited: bool,
    status_changed: bool,
    status_version: Arc<AtomicU64>,
    first_refusals: Vec<FirstRefusal>,
    deferred_commit: Option<DeferredCommit>,
}

impl Tx {
    pub(super) fn new(
        inner: Transaction<'static, Any>,
        letters: bool,
        status_version: Arc<AtomicU64>,
    ) -> Self {
        Tx {
            inner,
            letters,
            changed: false,
            audited: false,
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

    pub(super) fn connection(&mut self) -> &mut AnyConnection {
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
        Ok(statement.execute(&mut *self.inner).await?.rows_affected())
    }

    pub(super) async fn returning(&mut self, statement: Sql) -> Result<Option<AnyRow>, StoreError> {
        Ok(statement.fetch_optional(&mut *self.inner).await?)
    }

    pub(super) fn mark_audited(&mut self) {
        self.audited = true;
    }

    /// A certificate became inactive, or is active again.
    pub(super) fn mark_status_changed(&mut self) {
        self.status_changed = true;
    }

    /// This transaction contains the row of the first of repeated refusals: without its commit, another one is the first.
    pub fn records_first(&mut self, refusal: FirstRefusal) {
        self.first_refusals.push(refusal);
    }

    /// Makes everything durable at once; in a store with a [`DeferredCommit`], when the transaction is taken from there.
    ///
    /// # Errors
    /// [`StoreError::Unaudited`] when something changed and no audit row was written (nothing is committed).
    pub async fn commit(mut self) -> Result<(), StoreError> {
        if self.changed && !self.audited {
            self.inner.rollback().await?;
            return Err(StoreError::Unaudited);
        }
        match self.deferred_commit.take() {
            Some(deferred_commit) => {
                deferred_commit.park(self);
                Ok(())
            }
            None => {
                self.inner.commit().await?;
                if self.status_changed {
                    self.status_version.fetch_add(1, Ordering::Release);
                }
                for refusal in self.first_refusals {
                    refusal.recorded();
                }
                Ok(())
            }
        }
    }

    /// Rolls everything back now (dropping does the same a little later).
    pub async fn rollback(self) -> Result<(), StoreError> {
        Ok(self.inner.rollback().await?)
    }
}
