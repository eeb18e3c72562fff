//! What a reconciliation did, or would do.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::services::certificates::status::ca_id;
use crate::store::audit::AuditRow;
use crate::store::certificates::{Ca, Certificate};

/// Lost audit rows that are listed one by one; more are only counted.
const ROWS_SHOWN: usize = 1000;

/// A certificate that was changed, or that needs attention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Touched {
    /// Its id.
    pub certificate: String,
    /// Its serial number, lower-case hex.
    pub serial: String,
    /// Its state before.
    pub from: &'static str,
    /// The reason.
    pub reason: String,
    /// Where that is known from.
    pub source: String,
}

impl Touched {
    pub(super) fn new(row: &Certificate, reason: &str, source: &str) -> Self {
        Self {
            certificate: row.id.clone(),
            serial: row.serial.clone(),
            from: row.state.as_str(),
            reason: reason.to_owned(),
            source: source.to_owned(),
        }
    }
}

/// A certificate that the database does not have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unknown {
    /// Its CA.
    pub ca: String,
    /// Its serial number, lower-case hex.
    pub serial: String,
    /// Why it is revoked.
    pub reason: String,
    /// Where it is known from.
    pub source: String,
}

/// An operation that the database has lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LostOperation {
    /// Its audit row.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub action: String,
    /// To whom.
    pub subject: String,
    /// `done` or `refused`.
    pub outcome: String,
}

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The number of the reconciliation.
    pub number: i64,
    /// Nothing was changed.
    pub dry_run: bool,
    /// When the backup was made, if the database is marked as restored.
    pub backup_at: Option<Timestamp>,
    /// The last audit row that was not lost.
    pub audit_seq: i64,
    /// The last audit row that was seen before, if that is known.
    pub audit_seq_seen: Option<i64>,
    /// Revoked again.
    pub revoked: Vec<Touched>,
    /// Suspended again.
    pub suspended: Vec<Touched>,
    /// Suspended because nobody knows whether they were revoked.
    pub uncertain: Vec<Touched>,
    /// Certificates of active security officers whose state nobody knows. They stay as they are, because without an officer
    /// nobody could release anything: somebody checks them manually.
    pub check_manually: Vec<Touched>,
    /// Issues that were not finished: the customer begins again.
    pub given_up: Vec<Touched>,
    /// On CRLs from now on.
    pub unknown: Vec<Unknown>,
    /// Suspended here, and not on the newest CRL: probably released in the lost time.
    pub still_suspended: Vec<Touched>,
    /// The CAs of which not everything is known.
    pub incomplete: Vec<String>,
    /// CRL numbers and status changes continue after these.
    pub numbers: BTreeMap<String, i64>,
    /// Sessions that ended.
    pub sessions: u64,
    /// How many operations were lost; none if there was no export.
    pub lost: Option<usize>,
    /// The first of them.
    pub lost_operations: Vec<LostOperation>,
}

impl Report {
    pub(super) fn note_lost(&mut self, rows: &[AuditRow]) {
        self.lost = Some(rows.len());
        let shown = rows.iter().take(ROWS_SHOWN);
        self.lost_operations = shown
            .map(|row| LostOperation {
                seq: row.seq,
                at: row.at,
                action: row.action.clone(),
                subject: format!("{} {}", row.subject_kind, row.subject_id),
                outcome: row.outcome.clone(),
            })
            .collect();
    }
}

/// Name of a CA in a report: as in URLs.
pub(super) fn name(ca: Ca) -> String {
    ca_id(ca).name()
}
