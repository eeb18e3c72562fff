//! The language of letters to a user: that of the pages when they registered, and from then on that of their top page.

use crate::store::outbox::{self, Language};
use crate::workflow::Result;
use crate::workflow::people::People;

impl People<'_> {
    /// Notes the language in which a user sees their pages. Written only where it is another one than before.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn sees_pages_in(&self, user_id: &str, language: Language) -> Result<()> {
        if outbox::language(self.store, user_id).await? == language {
            return Ok(());
        }
        let mut tx = self.store.begin().await?;
        outbox::set_language(&mut tx, user_id, language).await?;
        tx.commit().await?;
        Ok(())
    }
}
