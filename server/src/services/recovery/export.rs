//! An audit export that continues the log of a database: rows that the database has lost.

use crate::services::Result;
use crate::store::Store;
use crate::store::audit::{self, AuditRow};

use super::evidence::EvidenceFault;

/// Rows of an export after the head of a database's log, each following the one before it.
#[derive(Debug, Clone, Default)]
pub struct LostRows {
    /// The rows, oldest first.
    pub rows: Vec<AuditRow>,
}

impl LostRows {
    /// Checks an export against the log of a database: it continues its last row without a gap, and no row was changed.
    /// Rows before that are skipped.
    ///
    /// # Errors
    /// [`EvidenceFault::Export`] with the position of the first row that does not follow.
    pub async fn check(
        store: &Store,
        export: Vec<AuditRow>,
    ) -> Result<std::result::Result<Self, EvidenceFault>> {
        let head = audit::head(store).await?;
        let broken = |seq| Ok(Err(EvidenceFault::Export { seq }));
        let mut before = head.hash;
        let mut rows = Vec::new();
        for row in export {
            if row.seq <= head.seq {
                let own = audit::hash_at(store, row.seq).await?;
                if own.as_ref() != Some(&row.hash) {
                    return broken(row.seq);
                }
                continue;
            }
            let expected = head.seq + 1 + i64::try_from(rows.len()).unwrap_or(i64::MAX);
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
