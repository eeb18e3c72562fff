//! An operation's transaction whose commit is deferred until somebody has added to it: what is stored about a request
//! is durable together with the operation or not at all.

use std::sync::{Arc, Mutex, PoisonError};

use super::Tx;

/// Holds the deferred transaction. It is the one write transaction of the database: take it soon.
#[derive(Clone, Default)]
pub struct DeferredCommit(Arc<Mutex<Option<Tx>>>);

impl DeferredCommit {
    /// The deferred transaction; its commit now commits.
    #[must_use]
    pub fn take(&self) -> Option<Tx> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    pub(super) fn park(&self, tx: Tx) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(tx);
    }
}
