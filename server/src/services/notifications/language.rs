//! The language of messages to a user: that of the pages when they registered, and from then on that of their top page.

use crate::services::Result;
use crate::services::account_service::AccountService;
use crate::store::outbox::{self, Language};

impl AccountService<'_> {
    /// Stores the language in which a user sees their pages, if it has changed.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn sees_pages_in(&self, user_id: &str, language: Language) -> Result<()> {
        if outbox::language(self.store, user_id).await? == language {
            return Ok(());
        }
        let noted = self.transaction(async |tx| {
            outbox::set_language(tx, user_id, language).await?;
            Ok(())
        });
        noted.await
    }
}
