//! What the database has of the cells: for each request one certificate, recorded before it was signed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::process::Command;

use inkan_tests::database::Database;
use inkan_tests::{Outcome, programs};
use sqlx::Row as _;

use super::lane::{Lane, Seen};

/// A certificate: its id, its user, and whether it is signed.
type Certificate = (String, String, bool);
/// An audit row: its subject, and action, outcome and code.
type AuditRow = (String, String, String, String);

const CERTIFICATES: &str = "SELECT id, user_id, CASE WHEN der IS NULL THEN 0 ELSE 1 END FROM certificates \
     WHERE issuer = 'customer'";
const AUDIT: &str = "SELECT subject_id, action, outcome, code FROM audit_log \
     WHERE action IN ('certificate.requested', 'certificate.intended', 'certificate.issued', 'certificate.given-up') \
     ORDER BY seq";

/// A cell, and what is recorded of it.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) seen: Seen,
    /// Certificates of the cell's request, signed or not.
    pub(crate) certificates: usize,
    /// Signed ones.
    pub(crate) signed: usize,
    /// Audit rows: what was done, with its count, and what was refused, with its code.
    pub(crate) recorded: BTreeSet<String>,
}

impl Judged {
    /// What is wrong; `None` if nothing is.
    pub(crate) fn fault(&self) -> Option<String> {
        let cell = self.seen.cell;
        if self.signed == 0 {
            return Some(format!("{cell}: the certificate is lost"));
        }
        if self.certificates > 1 {
            return Some(format!("{cell}: {} certificates", self.certificates));
        }
        if self.seen.unaccepted() > 1 {
            return Some(format!("{cell}: PINs {:?}", self.seen.logins));
        }
        let once = ["certificate.intended 1", "certificate.issued 1"];
        let complete = once.iter().all(|row| self.recorded.contains(*row));
        (!complete).then(|| format!("{cell}: recorded is {:?}", self.recorded))
    }
}

/// Ends the lane, and judges its cells. An error if a customer of the load has no certificate or several, or if the audit log does
/// not verify.
pub(crate) fn all(mut lane: Lane, seen: Vec<Seen>) -> Outcome<Vec<Judged>> {
    let served = lane.end_load()?;
    lane.hostile.bank.stop()?;
    let database = Database::embedded(&lane.hostile.bank.data())?;
    let certificates = database.rows(CERTIFICATES, |row| {
        let signed: i64 = row.try_get(2)?;
        Ok::<Certificate, sqlx::Error>((row.try_get(0)?, row.try_get(1)?, signed == 1))
    })?;
    let audit = database.rows(AUDIT, |row| {
        Ok::<AuditRow, sqlx::Error>((
            row.try_get(0)?,
            row.try_get(1)?,
            row.try_get(2)?,
            row.try_get(3)?,
        ))
    })?;
    let mut by_user: HashMap<&str, Vec<&Certificate>> = HashMap::new();
    for one in &certificates {
        by_user.entry(&one.1).or_default().push(one);
    }
    for user in &served {
        let of_user = by_user.get(user.as_str()).map_or(&[][..], Vec::as_slice);
        if !matches!(of_user, [(_, _, true)]) {
            return Err(format!("a customer of the load has {of_user:?}").into());
        }
    }
    verify_audit(&lane)?;
    let judge = |seen: Seen| {
        let own = by_user
            .get(seen.user.as_str())
            .map_or(&[][..], Vec::as_slice);
        let subjects: Vec<&str> = own
            .iter()
            .map(|one| one.0.as_str())
            .chain([seen.request.as_str()])
            .collect();
        Judged {
            certificates: own.len(),
            signed: own.iter().filter(|one| one.2).count(),
            recorded: recorded(&audit, &subjects),
            seen,
        }
    };
    Ok(seen.into_iter().map(judge).collect())
}

fn recorded(audit: &[AuditRow], subjects: &[&str]) -> BTreeSet<String> {
    let mut done: BTreeMap<&str, usize> = BTreeMap::new();
    let mut rows = BTreeSet::new();
    for (subject, action, outcome, code) in audit {
        if !subjects.contains(&subject.as_str()) {
            continue;
        }
        if outcome == "done" {
            *done.entry(action).or_default() += 1;
        } else {
            rows.insert(format!("{action} refused: {code}"));
        }
    }
    rows.extend(
        done.iter()
            .map(|(action, count)| format!("{action} {count}")),
    );
    rows
}

fn verify_audit(lane: &Lane) -> Outcome {
    let dev = &lane.hostile.bank.dev;
    let mut verify = Command::new(programs::built("inkan-server")?);
    verify
        .args(["audit", "verify", "--config"])
        .arg(&dev.config);
    programs::run(verify.env("SOFTHSM2_CONF", &dev.softhsm_conf))?.expect_well()?;
    Ok(())
}
