//! Audit rows, written concisely. A refusal that changed nothing is a row the first time; its repetitions are counted
//! and become one row ([`repeats`]).
//!
//! [`repeats`]: crate::store::audit::repeats

use jiff::Timestamp;
use serde_json::Value;

use super::RequestContext;
use crate::services::{Refusal, Result, Services};
use crate::store::audit::AuditAction;
use crate::store::audit::repeats::FirstRefusal;
use crate::store::audit::{self as log, Actor, AuditEntry, Outcome};
use crate::store::{Store, Tx};

/// An audit row under construction.
pub(in crate::services) struct Entry<'a> {
    entry: AuditEntry<'a>,
    at: Timestamp,
}

impl<'a> Entry<'a> {
    pub(super) fn new(
        context: &RequestContext,
        action: AuditAction,
        (subject_kind, subject_id): (&'static str, &'a str),
    ) -> Self {
        let entry = AuditEntry {
            actor: context.actor.clone(),
            action,
            subject_kind,
            subject_id,
            address: context.caller.address,
            outcome: Outcome::Done,
            code: "",
            detail: Value::Null,
        };
        Self {
            entry,
            at: context.now,
        }
    }

    pub(in crate::services) fn by(mut self, actor: Actor) -> Self {
        self.entry.actor = actor;
        self
    }

    pub(in crate::services) fn refused(mut self, refusal: &Refusal) -> Self {
        self.entry.outcome = Outcome::Refused;
        self.entry.code = refusal.code();
        self
    }

    pub(in crate::services) fn detail(mut self, detail: Value) -> Self {
        self.entry.detail = detail;
        self
    }

    pub(in crate::services) async fn write(self, tx: &mut Tx) -> Result<()> {
        log::append(tx, self.at, self.entry).await?;
        Ok(())
    }

    /// Adds this row to the transaction, if the refusal is the first of its kind; a repetition is counted.
    pub(super) fn first_of_its_kind(&self, store: &Store) -> Option<FirstRefusal> {
        let first = store.repeats().first(&self.entry, self.at);
        if first.is_none() {
            metrics::counter!("inkan_refusals_repeated_total", "action" => self.entry.action.as_str())
                .increment(1);
        }
        first
    }
}

impl Services {
    /// Records the counts of repeated refusals: those whose window has ended, or `all` before the process ends. Returns
    /// how many rows.
    ///
    /// # Errors
    /// Errors of the store; then the counts are kept.
    pub async fn record_repeated_refusals(&self, now: Timestamp, all: bool) -> Result<usize> {
        let repeats = self.inner.store.repeats();
        let repeated = repeats.close(now, all);
        if repeated.is_empty() {
            return Ok(0);
        }
        let accounts = self.accounts();
        let recorded = accounts.transaction(async |tx| {
            for one in &repeated {
                log::append(tx, now, one.entry()).await?;
            }
            Ok(repeated.len())
        });
        let recorded = recorded.await;
        if recorded.is_err() {
            repeats.take_back(repeated);
        }
        recorded
    }
}
