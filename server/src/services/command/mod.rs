//! Commands: done in one transaction or refused, and audited in both cases. Services write to the store only through
//! this runner.
//!
//! - this file: the runner
//! - [`context`]: who makes a request, from where, when
//! - `outcome`: the outcome of a transaction, and what its audit row adds
//! - `entry`: an audit row under construction; repeated refusals are counted

pub mod context;
mod entry;
mod outcome;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;

pub use context::{Caller, RequestContext};
pub(super) use entry::Entry;
pub(super) use outcome::Outcome;

use super::{Error, Result};
use crate::services::account_service::AccountService;
use crate::store::Tx;
use crate::store::audit::AuditAction;

/// Who does what.
#[derive(Clone, Copy)]
pub(super) struct Command<'a> {
    pub(super) context: &'a RequestContext,
    /// The action in the audit log, such as `certificate.revoked`.
    pub(super) action: AuditAction,
    /// Kind and id of the subject.
    pub(super) subject: (&'static str, &'a str),
}

impl<'a> Command<'a> {
    /// Its audit row.
    pub(super) fn entry(self) -> Entry<'a> {
        self.context.audit(self.action, self.subject)
    }
}

impl AccountService<'_> {
    /// Runs a command in a separate transaction. A completed command is audited in it and committed, and the status
    /// memory is updated before the response. A refusal rolls everything back and is audited separately, unless it is a
    /// repetition; as an [`Outcome`] it is committed with its changes (a failure that is counted).
    ///
    /// Only the database is awaited in `work`: passwords are hashed and the HSM signs before or after.
    pub(super) async fn execute<T>(
        &self,
        command: Command<'_>,
        work: impl AsyncFnOnce(&mut Tx) -> Result<Outcome<T>>,
    ) -> Result<T> {
        let mut tx = self.store.begin().await?;
        let outcome = match work(&mut tx).await {
            Ok(outcome) => outcome,
            Err(Error::Refused(refusal)) => {
                tx.rollback().await?;
                self.audit_refusal(command.entry().refused(&refusal))
                    .await?;
                return Err(refusal.into());
            }
            Err(fault) => return Err(fault),
        };
        let (result, record) = outcome.split();
        if let Some(record) = record {
            let mut entry = record.entry(command);
            if let Err(refusal) = &result {
                entry = entry.refused(refusal);
            }
            if record.unless_repeated {
                match entry.first_of_its_kind(self.store) {
                    Some(first) => tx.records_first(first),
                    None => {
                        tx.rollback().await?;
                        return result.map_err(Error::Refused);
                    }
                }
            }
            entry.write(&mut tx).await?;
        }
        self.commit(tx).await?;
        result.map_err(Error::Refused)
    }

    /// The part of a command before its transaction, or in several: a refusal is audited as the command's.
    pub(super) async fn audit_refusals<T>(
        &self,
        command: Command<'_>,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let result = work.await;
        if let Err(Error::Refused(refusal)) = &result {
            self.audit_refusal(command.entry().refused(refusal)).await?;
        }
        result
    }

    /// A transaction that is one step of a command, or maintenance without a command (a session used again). It writes
    /// its own audit rows.
    pub(super) async fn transaction<T>(
        &self,
        work: impl AsyncFnOnce(&mut Tx) -> Result<T>,
    ) -> Result<T> {
        let mut tx = self.store.begin().await?;
        match work(&mut tx).await {
            Ok(done) => self.commit(tx).await.map(|()| done),
            Err(refused @ Error::Refused(_)) => {
                // At once: the audit of the refusal waits until this transaction has ended.
                tx.rollback().await?;
                Err(refused)
            }
            Err(fault) => Err(fault),
        }
    }

    /// Resumes a deferred transaction, or begins one if there is none. Beside its value, `work` returns whether to
    /// commit the whole; otherwise it is rolled back.
    pub(super) async fn resume<T>(
        &self,
        deferred: Option<Tx>,
        work: impl AsyncFnOnce(&mut Tx) -> Result<(T, bool)>,
    ) -> Result<T> {
        let mut tx = match deferred {
            Some(tx) => tx,
            None => self.store.begin().await?,
        };
        match work(&mut tx).await? {
            (value, true) => self.commit(tx).await.map(|()| value),
            (value, false) => {
                tx.rollback().await?;
                Ok(value)
            }
        }
    }

    /// Records a refusal that changed nothing else, in a separate transaction; one that repeats is counted.
    pub(super) async fn audit_refusal(&self, entry: Entry<'_>) -> Result<()> {
        let Some(first) = entry.first_of_its_kind(self.store) else {
            return Ok(());
        };
        let mut tx = self.store.begin().await?;
        entry.write(&mut tx).await?;
        tx.records_first(first);
        self.commit(tx).await
    }

    /// Commits; the status memory has its changes before the caller gets a response.
    async fn commit(&self, tx: Tx) -> Result<()> {
        tx.commit().await?;
        self.status.take_in_own(self.store).await;
        Ok(())
    }
}
