//! Marks a database as restored, so that nothing is served before its reconciliation.

use jiff::Timestamp;
use serde_json::json;

use crate::services::account_service::AccountService;
use crate::services::command::Outcome;
use crate::services::{RequestContext, Result};
use crate::store::audit::AuditAction;
use crate::store::restores::{self, Restore};

impl AccountService<'_> {
    /// Marks the database as restored.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn mark_restored(&self, restore: &Restore, now: Timestamp) -> Result<()> {
        let context = RequestContext::system(now);
        let command = context.command(AuditAction::DatabaseRestored, ("database", &restore.id));
        let marked = self.execute(command, async |tx| {
            restores::insert(tx, restore).await?;
            let detail = json!({ "backup_at": restore.backup_at, "audit_seq": restore.audit_seq });
            Ok(Outcome::done(()).detail(detail))
        });
        marked.await
    }
}
