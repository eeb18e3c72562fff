//! What shows that a database is older than what the bank has published or recorded.

use serde::Serialize;

use super::high_water::HighWater;
use crate::ca::crl::PublishedCrl;
use crate::services::Result;
use crate::services::certificates::status::{Scope, on_record};
use crate::store::{Store, audit, positions};

/// One number that went back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Regression {
    /// There is no database, or no server has ever used it.
    Empty,
    /// The last status change.
    StatusChange {
        /// The number that was seen.
        seen: i64,
        /// The number in the database.
        found: i64,
    },
    /// The number of a CRL.
    Crl {
        /// Its scope.
        scope: String,
        /// The number that was published.
        seen: i64,
        /// The number in the database.
        found: i64,
    },
    /// The audit log ends earlier.
    AuditShorter {
        /// The row that was seen.
        seen: i64,
        /// The last row in the database.
        found: i64,
    },
    /// The audit log has another row at this position: it was continued from an older copy.
    AuditForked {
        /// The row that was seen.
        seen: i64,
    },
    /// A reconciliation is missing.
    Reconciliation {
        /// How many there were.
        seen: i64,
        /// How many the database has.
        found: i64,
    },
}

impl Regression {
    /// Stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "rollback-empty",
            Self::StatusChange { .. } => "rollback-status-change",
            Self::Crl { .. } => "rollback-crl",
            Self::AuditShorter { .. } => "rollback-audit-shorter",
            Self::AuditForked { .. } => "rollback-audit-forked",
            Self::Reconciliation { .. } => "rollback-reconciliation",
        }
    }
}

/// Compares a database with the numbers that were seen.
///
/// # Errors
/// Faults of the store.
pub async fn since(store: &Store, seen: &HighWater) -> Result<Vec<Regression>> {
    // The hash first: the log only grows.
    let hash = audit::hash_at(store, seen.audit.seq).await?;
    let found = positions::read(store).await?;
    let mut all = Vec::new();
    if found.reconciliations < seen.reconciliations {
        all.push(Regression::Reconciliation {
            seen: seen.reconciliations,
            found: found.reconciliations,
        });
    }
    if found.status_seq < seen.status_seq {
        all.push(Regression::StatusChange {
            seen: seen.status_seq,
            found: found.status_seq,
        });
    }
    for (scope, crl) in &seen.crls {
        all.extend(older(&found, scope, crl.number));
    }
    // A reconciliation has replaced the rows of a lost time by others.
    if found.reconciliations == seen.reconciliations {
        let audit = &seen.audit;
        match hash {
            Some(hash) if hash == audit.hash => {}
            Some(_) => all.push(Regression::AuditForked { seen: audit.seq }),
            None => all.push(Regression::AuditShorter {
                seen: audit.seq,
                found: found.audit.seq,
            }),
        }
    }
    Ok(all)
}

/// Compares a database with published CRLs.
///
/// # Errors
/// Faults of the store.
pub async fn of_published(store: &Store, crls: &[PublishedCrl]) -> Result<Vec<Regression>> {
    let found = positions::read(store).await?;
    let older = |crl: &PublishedCrl| older(&found, &scope_name(crl), crl.number);
    Ok(crls.iter().filter_map(older).collect())
}

/// The scope of a published CRL, as the store names it.
pub(super) fn scope_name(crl: &PublishedCrl) -> String {
    let ca = on_record(crl.ca);
    let shard = crl.shard.clone();
    Scope { ca, shard }.name()
}

fn older(found: &positions::Positions, scope: &str, seen: i64) -> Option<Regression> {
    let found = found.crls.number(scope);
    (found < seen).then(|| Regression::Crl {
        scope: scope.to_owned(),
        seen,
        found,
    })
}
