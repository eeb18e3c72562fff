//! Certificates whose state nobody knows after a restore: suspended until somebody has asked.

use super::certificates::{Lost, Reconciliation};
use super::evidence::Evidence;
use super::report::{self, Touched};
use crate::ca::reason::Reason;
use crate::services::Result;
use crate::services::certificates::status::Scope;
use crate::store::certificates::{self, Ca, Certificate, State};
use crate::store::staff::{self, Role, Status};
use crate::store::{Tx, crls};

/// Rows of one read.
const PAGE: i64 = 5_000;

impl Reconciliation<'_> {
    /// Suspends every active certificate of a CA of which not everything is known, and gives unfinished issues up: a
    /// certificate of any age may have been revoked in the lost time. Security officers keep theirs.
    pub(super) async fn uncertain(&mut self, tx: &mut Tx, ca: Ca) -> Result<()> {
        self.report.incomplete.push(report::name(ca));
        let now = self.context.now;
        for state in [State::Active, State::Issued] {
            let mut after = String::new();
            loop {
                let page = certificates::in_state(&mut *tx, (ca, state), now, &after, PAGE).await?;
                let Some(last) = page.last() else { break };
                after.clone_from(last);
                for id in &page {
                    if let Some(row) = certificates::find(&mut *tx, id).await? {
                        self.uncertain_row(tx, &row).await?;
                    }
                }
            }
        }
        Ok(())
    }

    async fn uncertain_row(&mut self, tx: &mut Tx, row: &Certificate) -> Result<()> {
        let lost = |reason| Lost {
            reason,
            at: self.context.now,
            source: "state uncertain",
        };
        let (hold, over) = (
            lost(Reason::CertificateHold),
            lost(Reason::CessationOfOperation),
        );
        if is_officers(tx, row).await? {
            let one = Touched::new(row, hold.reason.as_str(), hold.source);
            self.report.check_manually.push(one);
            return Ok(());
        }
        match row.state {
            State::Active => self.suspend(tx, row, &hold).await,
            _ => self.give_up(tx, row, &over).await,
        }
    }

    /// Gives up every issue that was recorded and not signed: it may have been signed in the lost time.
    pub(super) async fn unfinished(&mut self, tx: &mut Tx) -> Result<()> {
        let lost = Lost {
            reason: Reason::CessationOfOperation,
            at: self.context.now,
            source: "unfinished issue",
        };
        loop {
            let page = certificates::intents_without_result(&mut *tx).await?;
            if page.is_empty() {
                return Ok(());
            }
            for row in page {
                self.give_up(tx, &row, &lost).await?;
            }
        }
    }

    /// Lists what is suspended here and not on the newest CRL.
    pub(super) async fn still_suspended(
        &mut self,
        tx: &mut Tx,
        ca: Ca,
        evidence: &Evidence,
    ) -> Result<()> {
        let Some(crl) = evidence.crl(&Scope::whole(ca)) else {
            return Ok(());
        };
        let on_crl: std::collections::HashSet<&str> =
            crl.entries.iter().map(|one| one.serial.as_str()).collect();
        for shard in crls::all_shards(&mut *tx, ca).await? {
            let mut after = String::new();
            loop {
                let page =
                    certificates::ended_serials(&mut *tx, (ca, &shard), &after, PAGE).await?;
                for (serial, state) in &page {
                    if *state == State::Suspended
                        && !on_crl.contains(serial.as_str())
                        && let Some(row) = certificates::by_serial(&mut *tx, serial).await?
                        && !self
                            .report
                            .uncertain
                            .iter()
                            .any(|one| one.serial == *serial)
                    {
                        let one = Touched::new(&row, Reason::CertificateHold.as_str(), "database");
                        self.report.still_suspended.push(one);
                    }
                }
                match page.into_iter().next_back() {
                    Some((serial, _)) => after = serial,
                    None => break,
                }
            }
        }
        Ok(())
    }
}

/// Whether it is of an active security officer: without one nobody could release what is suspended.
async fn is_officers(tx: &mut Tx, row: &Certificate) -> Result<bool> {
    let Some(id) = &row.staff_id else {
        return Ok(false);
    };
    let member = staff::find(&mut *tx, id).await?;
    Ok(member.is_some_and(|one| one.role == Role::SecurityOfficer && one.status == Status::Active))
}
