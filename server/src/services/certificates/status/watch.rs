//! Following the sequence of changes. An instance applies its own changes at once, those of others a few times a second.

use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::memory::StatusMemory;
use crate::services::{Result, Services};
use crate::store::certificates;
use crate::store::{Store, crls, status_changes};

/// How often other instances' changes are read: together with the time of one query, the maximum staleness of the memory.
const EVERY: Duration = Duration::from_millis(250);
/// Rows of one read.
const PAGE: i64 = 5_000;

impl Services {
    /// Certificates known to be inactive.
    #[must_use]
    pub fn status_memory(&self) -> &StatusMemory {
        &self.inner.status
    }

    /// Applies the changes since the last time; the first time everything.
    ///
    /// # Errors
    /// Faults of the store; the memory stays as it is, and each request still reads the store.
    pub async fn refresh_status(&self) -> Result<()> {
        self.inner.status.refresh(&self.inner.store).await
    }

    /// Waits for a change made by this instance: CRLs and responses must then be signed again.
    pub async fn own_change(&self) {
        self.inner.status.own_change.notified().await;
    }

    /// Waits for a change that was read from the store, of any instance.
    pub async fn seen_change(&self) {
        self.inner.status.seen_change.notified().await;
    }

    /// Follows the changes of all instances until `stop`.
    pub async fn follow_status(&self, mut stop: watch::Receiver<bool>) {
        let mut failing = false;
        loop {
            match self.refresh_status().await {
                Ok(()) => failing = false,
                Err(error) if !failing => {
                    tracing::warn!(%error, "status changes cannot be read");
                    failing = true;
                }
                Err(_) => {}
            }
            let memory = &self.inner.status;
            // Lossless for any realistic number of certificates.
            #[allow(clippy::cast_precision_loss)]
            metrics::gauge!("inkan_status_inactive").set(memory.len() as f64);
            let age = memory.age(Instant::now()).unwrap_or(Duration::MAX);
            metrics::gauge!("inkan_status_age_seconds").set(age.as_secs_f64());
            tokio::select! {
                _ = stop.wait_for(|suspended| *suspended) => return,
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }
}

impl StatusMemory {
    /// Applies the changes since the last time; the first time everything.
    async fn refresh(&self, store: &Store) -> Result<()> {
        let _turn = self.turn.lock().await;
        let version = store.status_version();
        let mut seq = match self.place() {
            Some(seq) => seq,
            None => load(self, store).await?,
        };
        loop {
            let changes = status_changes::after(store, seq, PAGE).await?;
            self.apply(&changes);
            if changes
                .iter()
                .any(|change| change.to.is_inactive() || change.from.is_inactive())
            {
                self.seen_change.notify_one();
            }
            match changes.last() {
                Some(last) => seq = last.seq,
                None => break,
            }
        }
        self.refreshed(version, Instant::now());
        Ok(())
    }

    /// Applies this process's own changes, if there are any: after a commit, before the response. The store tracks
    /// whether a transaction changed a status, so no caller has to.
    pub(in crate::services) async fn take_in_own(&self, store: &Store) {
        if self.knows(store.status_version()) {
            return;
        }
        self.own_change.notify_one();
        if let Err(error) = self.refresh(store).await {
            tracing::warn!(%error, "status changes could not be read; each request still queries the database");
        }
    }
}

/// Everything inactive, and the position from which changes must be read. Changes in the meantime are read afterwards.
async fn load(memory: &StatusMemory, store: &Store) -> Result<i64> {
    let seq = status_changes::last(store).await?;
    for ca in certificates::all_cas(store).await? {
        for shard in crls::all_shards(store, ca).await? {
            let mut after = String::new();
            loop {
                let page = certificates::ended_serials(store, (ca, &shard), &after, PAGE).await?;
                memory.load(ca.issuer, page.iter().map(|row| (row.0.as_str(), row.1)));
                match page.into_iter().next_back() {
                    Some((serial, _)) => after = serial,
                    None => break,
                }
            }
        }
    }
    memory.loaded(seq);
    Ok(seq)
}
