//! Audit rows, written with few words.

use jiff::Timestamp;
use serde_json::Value;

use super::{Caller, Refusal, Result, Workflows};
use crate::store::Tx;
use crate::store::audit::{self as log, Actor, AuditEntry, Outcome};

/// An audit row under construction.
pub(super) struct Entry<'a>(AuditEntry<'a>);

/// `actor` did `action` to the thing named.
pub(super) fn audit<'a>(
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
    pub(super) fn from(mut self, caller: Caller) -> Self {
        self.0.address = caller.address;
        self
    }

    pub(super) fn refused(mut self, refusal: &Refusal) -> Self {
        self.0.outcome = Outcome::Refused;
        self.0.code = refusal.code();
        self
    }

    pub(super) fn detail(mut self, detail: Value) -> Self {
        self.0.detail = detail;
        self
    }

    pub(super) async fn write(self, tx: &mut Tx, now: Timestamp) -> Result<()> {
        log::append(tx, now, self.0).await?;
        Ok(())
    }
}

impl Workflows {
    /// Records a refusal that changed nothing else, in a transaction of its own.
    pub(super) async fn record_refusal(&self, entry: Entry<'_>, now: Timestamp) -> Result<()> {
        let mut tx = self.inner.store.begin().await?;
        entry.write(&mut tx, now).await?;
        tx.commit().await?;
        Ok(())
    }
}
