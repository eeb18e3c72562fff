//! Reconciles a restored database with what was published since its backup, in one transaction.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::certificates::{Lost, Reconciliation};
use super::evidence::{Evidence, EvidenceFault};
use super::numbers;
use super::regression;
use super::report::Report;
use crate::ca::CaId;
use crate::ca::reason::Reason;
use crate::services::account_service::AccountService;
use crate::services::certificates::status::on_record;
use crate::services::{RequestContext, Result};
use crate::store::audit::AuditAction;
use crate::store::audit::AuditRow;
use crate::store::certificates::{self, Ca};
use crate::store::restores::{self, Restore};
use crate::store::{Tx, audit, sessions, status_changes};

/// What is to be reconciled.
pub struct Order<'a> {
    /// What is known about the lost time.
    pub evidence: &'a Evidence,
    /// The CAs that sign or have signed, and have not expired.
    pub cas: &'a [CaId],
    /// When.
    pub now: Timestamp,
    /// Nothing is changed.
    pub dry_run: bool,
}

impl AccountService<'_> {
    /// Revokes and suspends again what was revoked and suspended in the lost time, moves numbers past the published ones,
    /// and ends every session. A dry run does the same and rolls it back.
    ///
    /// # Errors
    /// [`EvidenceFault`]; faults.
    pub async fn reconcile(
        &self,
        order: &Order<'_>,
    ) -> Result<std::result::Result<Report, EvidenceFault>> {
        let evidence = order.evidence;
        let restore = restores::open(self.store).await?;
        if restore.is_none() && !self.is_older(evidence).await? {
            return Ok(Err(EvidenceFault::NothingToReconcile));
        }
        if evidence.high_water.is_none() && !evidence.none {
            let known = |ca: &&CaId| {
                let scope = crate::services::certificates::status::Scope::whole(on_record(**ca));
                evidence.crl(&scope).is_none()
            };
            let missing: Vec<String> = order.cas.iter().filter(known).map(|ca| ca.name()).collect();
            if !missing.is_empty() {
                return Ok(Err(EvidenceFault::Missing(missing)));
            }
        }
        let last = status_changes::last(self.store).await?;
        let cas = order.cas.iter().map(|ca| on_record(*ca));
        let gaps = cas.filter(|ca| !evidence.is_complete(*ca, last));
        let gaps: Vec<_> = gaps.map(|ca| evidence.gap(ca)).collect();
        if !gaps.is_empty() && !evidence.none && !evidence.accept_incomplete {
            return Ok(Err(EvidenceFault::Incomplete(gaps)));
        }
        let context = RequestContext::system(order.now);
        let reconciled = self.resume(None, async |tx| {
            let report = run(tx, order, restore.as_ref(), &context).await?;
            Ok((report, !order.dry_run))
        });
        Ok(Ok(reconciled.await?))
    }

    async fn is_older(&self, evidence: &Evidence) -> Result<bool> {
        if let Some(seen) = &evidence.high_water
            && !regression::since(self.store, seen).await?.is_empty()
        {
            return Ok(true);
        }
        let published = regression::of_published(self.store, &evidence.crls).await?;
        let lost = evidence
            .export
            .as_ref()
            .is_some_and(|lost| !lost.rows.is_empty());
        Ok(lost || !published.is_empty())
    }
}

async fn run(
    tx: &mut Tx,
    order: &Order<'_>,
    restore: Option<&Restore>,
    context: &RequestContext,
) -> Result<Report> {
    let evidence = order.evidence;
    let head = audit::head_in(tx).await?;
    let last = status_changes::last(&mut *tx).await?;
    // An old copy may lack earlier ones: the file of another server must not take this one for them.
    let before = evidence
        .high_water
        .as_ref()
        .map_or(0, |seen| seen.reconciliations);
    let number = restores::reconciliations(&mut *tx).await?.max(before) + 1;
    restores::reconcile(tx, number, head.seq, order.now).await?;
    let mut work = Reconciliation {
        context,
        report: Report {
            number,
            dry_run: order.dry_run,
            backup_at: restore.map(|one| one.backup_at),
            audit_seq: restore.map_or(head.seq, |one| one.audit_seq),
            audit_seq_seen: evidence.high_water.as_ref().map(|seen| seen.audit.seq),
            ..Report::default()
        },
    };
    // First: what is changed here comes after everything that others have seen.
    work.report.numbers = numbers::raise(tx, (evidence, order.cas), last, order.now).await?;
    // Before the certificates, whose end would take some of them.
    work.report.sessions = sessions::delete_all(tx).await?;
    if let Some(lost) = &evidence.export {
        work.report.note_lost(&lost.rows);
        work.exported(tx, &lost.rows).await?;
    }
    for crl in &evidence.crls {
        let ca = on_record(crl.ca);
        let source = format!("CRL {}/{}", regression::scope_name(crl), crl.number);
        let newest = evidence.is_newest(crl);
        for entry in &crl.entries {
            // A newer CRL may show that it was released.
            if entry.reason == Reason::CertificateHold && !newest {
                continue;
            }
            let lost = Lost {
                reason: entry.reason,
                at: entry.at,
                source: &source,
            };
            work.ended(tx, (ca, &entry.serial), &lost).await?;
        }
    }
    work.unfinished(tx).await?;
    for ca in order.cas.iter().map(|ca| on_record(*ca)) {
        if !evidence.is_complete(ca, last) {
            work.uncertain(tx, ca).await?;
        }
        work.still_suspended(tx, ca, evidence).await?;
    }
    write_row(tx, context, &work.report).await?;
    Ok(work.report)
}

impl Reconciliation<'_> {
    /// The last state that an export tells of each certificate.
    async fn exported(&mut self, tx: &mut Tx, rows: &[AuditRow]) -> Result<()> {
        let mut issued: HashMap<&str, (Ca, String)> = HashMap::new();
        let mut last: HashMap<&str, (&AuditRow, Value)> = HashMap::new();
        let rows = rows.iter().filter(|row| row.subject_kind == "certificate");
        for row in rows.filter(|row| row.outcome == "done") {
            let detail: Value = serde_json::from_str(&row.detail).unwrap_or_default();
            let action = AuditAction::parse(&row.action);
            if action == Some(AuditAction::CertificateIntended) {
                let ca = detail["ca"].as_str().and_then(CaId::parse).map(on_record);
                let serial = detail["serial"].as_str().map(str::to_owned);
                issued.extend(ca.zip(serial).map(|one| (row.subject_id.as_str(), one)));
            }
            if action.is_some_and(|action| ENDS.contains(&action))
                || issued.contains_key(row.subject_id.as_str())
                || action == Some(AuditAction::CertificateReleased)
            {
                last.insert(&row.subject_id, (row, detail));
            }
        }
        let mut last: Vec<_> = last.into_iter().collect();
        last.sort_by_key(|(_, (row, _))| row.seq);
        for (id, (row, detail)) in last {
            let source = format!("audit row {}", row.seq);
            let reason = match AuditAction::parse(&row.action) {
                Some(AuditAction::CertificateReleased) => continue,
                Some(AuditAction::CertificateSuspended) => Reason::CertificateHold,
                Some(AuditAction::CertificateSuperseded) => Reason::Superseded,
                Some(AuditAction::CertificateRevoked) => {
                    let reason = detail["reason"].as_str().and_then(Reason::parse);
                    reason.unwrap_or(Reason::Unspecified)
                }
                // Issued in the lost time: the database will never know it.
                _ => Reason::CessationOfOperation,
            };
            let lost = Lost {
                reason,
                at: row.at,
                source: &source,
            };
            let known = certificates::find(&mut *tx, id).await?;
            match (known, issued.get(id)) {
                (Some(row), _) => self.ended(tx, (row.ca(), &row.serial), &lost).await?,
                (None, Some((ca, serial))) => self.unknown(tx, *ca, serial, &lost).await?,
                (None, None) => {}
            }
        }
        Ok(())
    }
}

/// Actions after which a certificate is not valid any more.
const ENDS: [AuditAction; 3] = [
    AuditAction::CertificateRevoked,
    AuditAction::CertificateSuspended,
    AuditAction::CertificateSuperseded,
];

async fn write_row(tx: &mut Tx, context: &RequestContext, report: &Report) -> Result<()> {
    let number = report.number.to_string();
    let detail = json!({
        "backup_at": report.backup_at, "audit_seq": report.audit_seq,
        "audit_seq_seen": report.audit_seq_seen, "revoked": report.revoked.len(),
        "suspended": report.suspended.len(), "uncertain": report.uncertain.len(), "check_manually": report.check_manually.len(),
        "given_up": report.given_up.len(), "unknown": report.unknown.len(),
        "incomplete": report.incomplete, "numbers": report.numbers, "sessions": report.sessions,
        "lost": report.lost,
    });
    context
        .audit(AuditAction::DatabaseReconciled, ("database", &number))
        .detail(detail)
        .write(tx)
        .await
}
