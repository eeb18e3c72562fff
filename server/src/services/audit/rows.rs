//! Audit rows of enrolment, which does not use the command runner yet; everything else has `command::Entry`. A refusal that
//! changed nothing is a row the first time; what repeats it is counted and becomes one row ([`repeats`]).
//!
//! [`repeats`]: crate::store::audit::repeats

use jiff::Timestamp;
use serde_json::Value;

use crate::services::{Caller, Refusal, Result, Services};
use crate::store::audit::repeats::FirstRefusal;
use crate::store::audit::{self as log, Actor, AuditEntry, Outcome};
use crate::store::{Store, Tx};

/// An audit row under construction.
pub(in crate::services) struct Entry<'a>(AuditEntry<'a>);

/// `actor` did `action` to the thing named.
pub(in crate::services) fn audit<'a>(
    actor: Actor,
    action: &'static str,
    subject_kind: &'static str,
    subject_id: &'a str,
) -> Entry<'a> {
    Entry(AuditEntry {
        actor,
        action,
        subject_kind,
        subject_id,
        address: None,
        outcome: Outcome::Done,
        code: "",
        detail: Value::Null,
    })
}

impl<'a> Entry<'a> {
    pub(in crate::services) fn from(mut self, caller: Caller) -> Self {
        self.0.address = caller.address;
        self
    }

    pub(in crate::services) fn refused(mut self, refusal: &Refusal) -> Self {
        self.0.outcome = Outcome::Refused;
        self.0.code = refusal.code();
        self
    }

    pub(in crate::services) fn detail(mut self, detail: Value) -> Self {
        self.0.detail = detail;
        self
    }

    pub(in crate::services) async fn write(self, tx: &mut Tx, now: Timestamp) -> Result<()> {
        log::append(tx, now, self.0).await?;
        Ok(())
    }

    fn first(&self, store: &Store, now: Timestamp) -> Option<FirstRefusal> {
        let first = store.repeats().first(&self.0, now);
        if first.is_none() {
            metrics::counter!("inkan_refusals_repeated_total", "action" => self.0.action)
                .increment(1);
        }
        first
    }

    /// Records a refusal that changed nothing else, in a transaction of its own; one that repeats is counted.
    pub(in crate::services) async fn record_refusal(
        self,
        store: &Store,
        now: Timestamp,
    ) -> Result<()> {
        let Some(first) = self.first(store, now) else {
            return Ok(());
        };
        let mut tx = store.begin().await?;
        self.write(&mut tx, now).await?;
        tx.records_first(first);
        Ok(tx.commit().await?)
    }
}

impl Services {
    /// As [`Entry::record_refusal`].
    pub(in crate::services) async fn record_refusal(
        &self,
        entry: Entry<'_>,
        now: Timestamp,
    ) -> Result<()> {
        entry.record_refusal(&self.inner.store, now).await
    }
}
