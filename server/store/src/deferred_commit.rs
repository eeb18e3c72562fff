//! An operation's transaction, held back at its commit until somebody has added to it: what is remembered of a request is
//! durable with the operation or not at all.

use std::sync::{Arc, Mutex, PoisonError};

use super::Tx;

/// Where the transaction waits. It is the one write transaction of the database: take it soon.
#[derive(Clone, Default)]
pub struct DeferredCommit(Arc<Mutex<Option<Tx>>>);

impl DeferredCommit {
    /// The transaction that waits; its commit is now a commit.
    #[must_use]
    pub fn take(&self) -> Option<Tx> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    pub(super) fn park(&self, tx: Tx) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(tx);
    }
}
