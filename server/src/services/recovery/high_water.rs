//! How far the database had come: numbers that never go back, for a file outside of the database.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::services::audit::checkpoint::{from_json, is_genuine, to_json};
use crate::services::certificates::status::Scope;
use crate::services::{Result, Services};
use crate::store::{Store, audit, positions, status_changes};

/// Of the format of [`HighWater`].
const FORMAT: u32 = 1;

/// The newest CRL of a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrlMark {
    /// Its number.
    pub number: i64,
    /// It contains the status changes up to this one; 0 if that is not known.
    pub status_seq: i64,
}

/// A row of the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditMark {
    /// Its position.
    pub seq: i64,
    /// Its hash.
    pub hash: String,
}

/// The newest numbers that were seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HighWater {
    /// Version of this format.
    pub format: u32,
    /// Id of the bank.
    pub bank: String,
    /// When they were seen.
    pub at: Timestamp,
    /// How many times the database was restored and reconciled.
    pub reconciliations: i64,
    /// The last status change.
    pub status_seq: i64,
    /// The last status change of each CA that a CRL contains, by the scope of the whole CA.
    pub ended: BTreeMap<String, i64>,
    /// The newest CRL of each scope.
    pub crls: BTreeMap<String, CrlMark>,
    /// The head of the audit log.
    pub audit: AuditMark,
    /// The newest signed head, as `audit checkpoints` prints it.
    pub checkpoint: Option<String>,
}

impl HighWater {
    /// Reads the numbers of a database. `before`: an earlier reading of the same database.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn of(
        store: &Store,
        bank: &str,
        before: Option<&Self>,
        now: Timestamp,
    ) -> Result<Self> {
        // Without another row in the log nothing has changed.
        let head = audit::head(store).await?;
        if let Some(before) =
            before.filter(|one| one.audit.seq == head.seq && one.audit.hash == head.hash)
        {
            return Ok(before.clone());
        }
        let read = positions::read(store).await?;
        // After the others: what has ended up to the last status change is among it.
        let known = before.map_or(0, |before| before.status_seq);
        let mut ended = before.map_or_else(BTreeMap::new, |before| before.ended.clone());
        for (ca, seq) in status_changes::last_on_crls_after(store, known).await? {
            ended.insert(Scope::whole(ca).name(), seq);
        }
        let mark = |crl: positions::CrlPosition| CrlMark {
            number: crl.number,
            status_seq: crl.status_seq,
        };
        let crls = read.crls.crls.into_iter();
        Ok(Self {
            format: FORMAT,
            bank: bank.to_owned(),
            at: now,
            reconciliations: read.reconciliations,
            status_seq: read.status_seq,
            ended,
            crls: crls.map(|(scope, crl)| (scope, mark(crl))).collect(),
            audit: AuditMark {
                seq: read.audit.seq,
                hash: read.audit.hash,
            },
            checkpoint: read.checkpoint.as_ref().map(to_json),
        })
    }

    /// Whether this program understands it, and it is of this bank.
    #[must_use]
    pub fn is_of(&self, bank: &str) -> bool {
        self.format == FORMAT && self.bank == bank
    }

    /// Whether the signature of its signed head is valid, if it has one.
    #[must_use]
    pub fn is_genuine(&self) -> bool {
        let signed = self.checkpoint.as_deref();
        signed.is_none_or(|line| from_json(line).is_some_and(|one| is_genuine(&one)))
    }

    /// Whether nothing has happened yet.
    #[must_use]
    pub fn is_beginning(&self) -> bool {
        self.status_seq == 0 && self.audit.seq == 0 && self.crls.is_empty()
    }

    /// Whether something else than the head of the audit log differs: what a later start must not miss.
    #[must_use]
    pub fn differs_from(&self, other: &Self) -> bool {
        (
            self.reconciliations,
            self.status_seq,
            &self.crls,
            &self.checkpoint,
        ) != (
            other.reconciliations,
            other.status_seq,
            &other.crls,
            &other.checkpoint,
        )
    }

    /// The greater of each number: two servers may keep one file, and the slower one must not set it back.
    #[must_use]
    pub fn merged(mut self, other: Self) -> Self {
        match self.reconciliations.cmp(&other.reconciliations) {
            std::cmp::Ordering::Less => return other,
            std::cmp::Ordering::Greater => return self,
            std::cmp::Ordering::Equal => {}
        }
        self.at = self.at.max(other.at);
        self.status_seq = self.status_seq.max(other.status_seq);
        for (scope, theirs) in other.ended {
            let ours = self.ended.entry(scope).or_insert(theirs);
            *ours = theirs.max(*ours);
        }
        for (scope, theirs) in other.crls {
            let ours = self.crls.entry(scope).or_insert(theirs);
            if theirs.number > ours.number {
                *ours = theirs;
            }
        }
        if other.audit.seq > self.audit.seq {
            self.audit = other.audit;
            self.checkpoint = other.checkpoint.or(self.checkpoint);
        }
        self
    }
}

impl Services {
    /// The numbers of the database. `before`: an earlier reading.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn high_water(
        &self,
        before: Option<&HighWater>,
        now: Timestamp,
    ) -> Result<HighWater> {
        HighWater::of(&self.inner.store, &self.settings().bank.id, before, now).await
    }

    /// What shows that the database is older than an earlier reading.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn regressions(&self, seen: &HighWater) -> Result<Vec<super::Regression>> {
        super::regression::since(&self.inner.store, seen).await
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn seen(status_seq: i64, crl: i64, audit: i64) -> HighWater {
        let mark = CrlMark {
            number: crl,
            status_seq,
        };
        HighWater {
            format: FORMAT,
            bank: "bank".to_owned(),
            at: Timestamp::UNIX_EPOCH,
            reconciliations: 0,
            status_seq,
            ended: BTreeMap::new(),
            crls: BTreeMap::from([("customer".to_owned(), mark)]),
            audit: AuditMark {
                seq: audit,
                hash: audit.to_string(),
            },
            checkpoint: None,
        }
    }

    #[test]
    fn the_greater_number_wins_and_a_reconciliation_begins_anew() {
        let both = seen(3, 1, 9).merged(seen(2, 4, 8));
        assert_eq!((both.status_seq, both.crls["customer"].number), (3, 4));
        assert_eq!(both.audit.hash, "9");
        let later = HighWater {
            reconciliations: 1,
            ..seen(1, 1, 1)
        };
        assert_eq!(both.clone().merged(later.clone()), later);
        assert_eq!(later.clone().merged(both), later);
        assert!(later.is_of("bank") && !later.is_of("other"));
    }

    #[test]
    fn rows_alone_are_no_difference() {
        assert!(!seen(3, 1, 9).differs_from(&seen(3, 1, 10)));
        assert!(seen(3, 1, 9).differs_from(&seen(4, 1, 9)));
    }
}
