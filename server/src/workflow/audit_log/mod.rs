//! The audit log for those who read it: verified, searched, exported; and its head signed from time to time.
//!
//! - [`checkpoint`]: the head signed by the HSM's audit key
//! - [`verify`]: the whole chain, with every signed head
//! - [`export`]: rows as lines of JSON or CSV

pub mod checkpoint;
pub mod export;
pub mod verify;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;

use jiff::Timestamp;
use serde_json::json;

use super::audited::audit;
use super::people::People;
use super::{Caller, Result};
use crate::store::audit::search;
use crate::store::audit::{self as log, Actor};
use crate::store::staff::StaffMember;

pub use crate::store::audit::checkpoints::Checkpoint;
pub use crate::store::audit::search::Filter;
pub use crate::store::audit::{AuditRow, Break};
pub use verify::{Verdict, verify};

impl People<'_> {
    /// Rows before `before` that fit, newest first.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn audit_rows(
        &self,
        filter: &Filter,
        before: i64,
        limit: i64,
    ) -> Result<Vec<AuditRow>> {
        Ok(search::search(self.store, filter, before, limit).await?)
    }

    /// Rows after `seq`, oldest first.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn audit_rows_after(&self, seq: i64, limit: i64) -> Result<Vec<AuditRow>> {
        Ok(log::after(self.store, seq, limit).await?)
    }

    /// Records that somebody read the log in bulk.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn note_export(
        &self,
        member: &StaffMember,
        format: &str,
        rows: usize,
        caller: Caller,
        now: Timestamp,
    ) -> Result<()> {
        let mut tx = self.store.begin().await?;
        let actor = Actor::Staff(member.id.clone());
        audit(actor, "audit.exported", "audit", format)
            .from(caller)
            .detail(json!({ "rows": rows }))
            .write(&mut tx, now)
            .await?;
        tx.commit().await?;
        Ok(())
    }
}
