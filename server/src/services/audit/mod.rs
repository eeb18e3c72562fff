//! The audit log for its readers: verified, searched, exported; its head is signed periodically.
//!
//! - [`checkpoint`]: the head signed by the HSM's audit key
//! - [`verify`]: the whole chain, with every signed head
//! - [`names`]: who is behind the ids
//! - [`export`]: rows as lines of JSON or CSV

pub mod checkpoint;
pub mod export;
pub mod names;
pub mod verify;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;

use serde_json::json;

use super::command::Outcome;
use super::{RequestContext, Result};
use crate::services::account_service::AccountService;
use crate::store::audit::search;

pub use crate::store::audit::checkpoints::Checkpoint;
pub use crate::store::audit::search::Filter;
pub use crate::store::audit::{AuditAction, AuditRow, Break};
pub use names::{Named, Names};
pub use verify::{Verdict, verify};

impl AccountService<'_> {
    /// Matching rows before `before`, newest first.
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

    /// Records that somebody read the log in bulk.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn note_export(
        &self,
        context: &RequestContext,
        format: &str,
        rows: usize,
    ) -> Result<()> {
        let command = context.command(AuditAction::AuditExported, ("audit", format));
        let noted = self.execute(command, async |_| {
            Ok(Outcome::done(()).detail(json!({ "rows": rows })))
        });
        noted.await
    }
}
