//! An audit export that continues the log of a database: rows that the database has lost.

use crate::services::Result;
use crate::store::Store;
use crate::store::audit::{self, AuditRow};
use crate::store::restores;

use super::evidence::EvidenceFault;

/// Rows of an export after the last row that a database shares with it, each following the one before it.
#[derive(Debug, Clone, Default)]
pub struct LostRows {
    /// The rows, oldest first.
    pub rows: Vec<AuditRow>,
}

impl LostRows {
    /// Checks an export against the log of a database: it continues the last shared row without a gap, and no row
    /// was changed. Rows before that are skipped. The last shared row is the head of the log, or of the backup if the database is
    /// marked as restored: the mark is a row of its own.
    ///
    /// # Errors
    /// [`EvidenceFault::Export`] with the position of the first row that does not follow.
    pub async fn check(
        store: &Store,
        export: Vec<AuditRow>,
    ) -> Result<std::result::Result<Self, EvidenceFault>> {
        let broken = |seq| Ok(Err(EvidenceFault::Export { seq }));
        let (shared, mut before) = match restores::open(store).await? {
            None => {
                let head = audit::head(store).await?;
                (head.seq, head.hash)
            }
            Some(restore) => match audit::hash_at(store, restore.audit_seq).await? {
                Some(hash) => (restore.audit_seq, hash),
                None => return broken(restore.audit_seq),
            },
        };
        let mut rows = Vec::new();
        for row in export {
            if row.seq <= shared {
                let own = audit::hash_at(store, row.seq).await?;
                if own.as_ref() != Some(&row.hash) {
                    return broken(row.seq);
                }
                continue;
            }
            let expected = shared + 1 + i64::try_from(rows.len()).unwrap_or(i64::MAX);
            if row.seq != expected || !row.follows(&before) {
                return broken(row.seq);
            }
            before.clone_from(&row.hash);
            rows.push(row);
        }
        Ok(Ok(Self { rows }))
    }

    /// Whether it reaches the row `seq` with this hash, or begins after it.
    #[must_use]
    pub fn reaches(&self, seq: i64, hash: &str) -> bool {
        self.rows
            .iter()
            .any(|row| row.seq == seq && row.hash == hash)
    }
}
