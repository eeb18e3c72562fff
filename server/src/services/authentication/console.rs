//! Whether the console is in use: after some idle time it has to be continued deliberately, with the token.

use jiff::{SignedDuration, Timestamp};

use crate::services::Result;
use crate::services::account_service::AccountService;
use crate::store::console_use;

/// Uses closer together than this are not recorded separately.
const NOTE_EVERY: SignedDuration = SignedDuration::from_secs(15);

impl AccountService<'_> {
    /// Records that the console is used with a certificate. False, and nothing recorded, if it was idle for longer than
    /// `idle`: [`Self::begin_console_use`] comes first.
    ///
    /// # Errors
    /// Errors of the store.
    pub async fn note_console_use(
        &self,
        certificate_sha256: &str,
        idle: SignedDuration,
        now: Timestamp,
    ) -> Result<bool> {
        let last = console_use::last(self.store, certificate_sha256).await?;
        let since = last.map(|last| now.duration_since(last));
        if since.is_some_and(|since| since > idle) {
            return Ok(false);
        }
        if since.is_none_or(|since| since > NOTE_EVERY) {
            self.begin_console_use(certificate_sha256, now).await?;
        }
        Ok(true)
    }

    /// Begins to use the console with a certificate, however long it was idle.
    ///
    /// # Errors
    /// Errors of the store.
    pub async fn begin_console_use(&self, certificate_sha256: &str, now: Timestamp) -> Result<()> {
        let noted = self.transaction(async |tx| {
            console_use::note(tx, certificate_sha256, now).await?;
            Ok(())
        });
        noted.await
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::services::testing::World;

    #[tokio::test]
    async fn a_console_left_alone_waits_until_it_is_begun_again() {
        let world = World::new().await;
        let (accounts, idle) = (world.accounts(), SignedDuration::from_mins(15));
        let start: Timestamp = "2026-06-01T00:00:00Z".parse().unwrap();
        let at = |minutes: i64| start + SignedDuration::from_mins(minutes);
        let used = async |certificate: &str, minutes: i64| {
            let noted = accounts.note_console_use(certificate, idle, at(minutes));
            noted.await.unwrap()
        };
        for minutes in [0, 15, 30, 45] {
            assert!(used("one", minutes).await, "{minutes}");
        }
        assert!(!used("one", 61).await && !used("one", 62).await);
        assert!(used("other", 61).await, "each certificate for itself");
        accounts.begin_console_use("one", at(63)).await.unwrap();
        assert!(used("one", 70).await);
    }
}
