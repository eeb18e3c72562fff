//! What is known about the time that a database has lost.

use std::collections::BTreeSet;

use thiserror::Error;

use super::export::LostRows;
use super::high_water::HighWater;
use super::regression::scope_name;
use super::report;
use crate::ca::crl::PublishedCrl;
use crate::services::certificates::status::Scope;
use crate::store::certificates::Ca;

/// What is known.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// How far the database had come.
    pub high_water: Option<HighWater>,
    /// Full CRLs of the bank's CAs.
    pub crls: Vec<PublishedCrl>,
    /// Rows of an audit export that the database has lost.
    pub export: Option<LostRows>,
    /// An officer accepts that there is none: every active certificate is suspended.
    pub none: bool,
    /// An officer accepts that something is missing: every active certificate of the CAs that it is about is suspended.
    pub accept_incomplete: bool,
}

/// Evidence that is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The CA, as in URLs.
    pub ca: String,
    /// A CRL of the whole CA with this number, or a greater one, tells everything; none if that is not known.
    pub crl_number: Option<i64>,
}

impl std::fmt::Display for Gap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.crl_number {
            Some(number) => write!(f, "{} (CRL {number} or newer is needed)", self.ca),
            None => write!(
                f,
                "{} (no high-water file: which CRL is the newest is not known)",
                self.ca
            ),
        }
    }
}

fn listed(gaps: &[Gap]) -> String {
    gaps.iter()
        .map(Gap::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

/// Why nothing is reconciled.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EvidenceFault {
    /// The database is neither restored nor older than the evidence.
    #[error("the database is neither marked as restored nor older than anything that was given")]
    NothingToReconcile,
    /// There is neither a high-water file nor a CRL of a CA.
    #[error(
        "nothing is known about the lost time: there is no high-water file, and no CRL was given of {}",
        .0.join(", ")
    )]
    Missing(Vec<String>),
    /// Certificates were revoked, suspended or released in the lost time, and nothing that was given tells which.
    #[error("not everything that was published in the lost time is known of {}", listed(.0))]
    Incomplete(Vec<Gap>),
    /// An export does not continue the database's log.
    #[error("the audit export does not continue the database's log at row {seq}")]
    Export {
        /// The first row that does not follow.
        seq: i64,
    },
}

impl EvidenceFault {
    /// Stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NothingToReconcile => "nothing-to-reconcile",
            Self::Missing(_) => "evidence-missing",
            Self::Incomplete(_) => "evidence-incomplete",
            Self::Export { .. } => "evidence-export",
        }
    }
}

impl Evidence {
    /// The newest CRL of a scope.
    pub(super) fn crl(&self, scope: &Scope) -> Option<&PublishedCrl> {
        let name = scope.name();
        let of_scope = self.crls.iter().filter(|crl| scope_name(crl) == name);
        of_scope.max_by_key(|crl| crl.number)
    }

    /// Whether there is no newer CRL of its scope.
    pub(super) fn is_newest(&self, crl: &PublishedCrl) -> bool {
        let name = scope_name(crl);
        let mut of_scope = self.crls.iter().filter(|other| scope_name(other) == name);
        !of_scope.any(|other| other.number > crl.number)
    }

    /// Every scope of which a number is known.
    pub(super) fn scopes(&self) -> BTreeSet<String> {
        let marks = self.high_water.iter().flat_map(|seen| seen.crls.keys());
        let mut scopes: BTreeSet<String> = marks.cloned().collect();
        scopes.extend(self.crls.iter().map(scope_name));
        scopes
    }

    /// Whether every change of a CA's certificates in the lost time is known. `last`: the last status change in the database.
    pub(super) fn is_complete(&self, ca: Ca, last: i64) -> bool {
        let Some(seen) = &self.high_water else {
            return false;
        };
        let scope = Scope::whole(ca);
        let ended = seen.ended.get(&scope.name()).copied().unwrap_or(0);
        // Nothing ended, or the export tells of everything.
        if ended <= last {
            return true;
        }
        let exported = self.export.as_ref();
        if exported.is_some_and(|rows| rows.reaches(seen.audit.seq, &seen.audit.hash)) {
            return true;
        }
        // The newest CRL contains everything that ended, if it is at hand.
        let (crl, mark) = (self.crl(&scope), seen.crls.get(&scope.name()));
        crl.zip(mark).is_some_and(|(crl, mark)| {
            crl.number > mark.number || (crl.number == mark.number && mark.status_seq >= ended)
        })
    }

    /// What is missing of a CA of which not everything is known.
    pub(super) fn gap(&self, ca: Ca) -> Gap {
        let scope = Scope::whole(ca).name();
        let needed = self.high_water.as_ref().map(|seen| {
            let ended = seen.ended.get(&scope).copied().unwrap_or(0);
            match seen.crls.get(&scope) {
                Some(mark) if mark.status_seq >= ended => mark.number,
                Some(mark) => mark.number + 1,
                None => 1,
            }
        });
        Gap {
            ca: report::name(ca),
            crl_number: needed,
        }
    }
}
