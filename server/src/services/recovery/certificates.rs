//! Changes of single certificates that a database has lost, made again.

use jiff::Timestamp;
use serde_json::json;

use super::report::{self, Report, Touched, Unknown};
use crate::services::certificates::lifecycle::transitions::{self, Ending};
use crate::services::certificates::lifecycle::{Reason, expired};
use crate::services::{RequestContext, Result};
use crate::store::Tx;
use crate::store::audit::AuditAction;
use crate::store::certificates::{self, Ca, Certificate, State};
use crate::store::unknown_serials::{self, UnknownSerial};

/// A change of the lost time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lost<'a> {
    pub(super) reason: Reason,
    pub(super) at: Timestamp,
    /// For the report and the audit log.
    pub(super) source: &'a str,
}

/// One reconciliation under way.
pub(super) struct Reconciliation<'a> {
    pub(super) context: &'a RequestContext,
    pub(super) report: Report,
}

impl Reconciliation<'_> {
    fn ending<'e>(&'e self, lost: &Lost<'e>) -> Ending<'e> {
        Ending {
            context: self.context,
            reason: lost.reason,
            note: lost.source,
        }
    }

    /// A certificate that was revoked or suspended: by its row, or by its serial number alone.
    pub(super) async fn ended(
        &mut self,
        tx: &mut Tx,
        (ca, serial): (Ca, &str),
        lost: &Lost<'_>,
    ) -> Result<()> {
        let row = certificates::by_serial(&mut *tx, serial).await?;
        match row.filter(|row| row.issuer == ca.issuer && row.generation == ca.generation) {
            Some(row) => self.ended_row(tx, &row, lost).await,
            None => self.unknown(tx, ca, serial, lost).await,
        }
    }

    async fn ended_row(&mut self, tx: &mut Tx, row: &Certificate, lost: &Lost<'_>) -> Result<()> {
        let hold = lost.reason == Reason::CertificateHold;
        match row.state {
            State::Revoked | State::Superseded => Ok(()),
            _ if expired(row, self.context.now) => Ok(()),
            State::Suspended if hold => Ok(()),
            State::Active if hold => {
                transitions::suspend(tx, row, &self.ending(lost)).await?;
                self.report.suspended.push(touched(row, lost));
                since(tx, row, lost).await
            }
            State::Active | State::Suspended => {
                transitions::revoke(tx, row, &self.ending(lost)).await?;
                self.report.revoked.push(touched(row, lost));
                since(tx, row, lost).await
            }
            // It had come into use, which the database does not know: it can only be given up.
            State::Issued | State::Intent | State::Abandoned => self.give_up(tx, row, lost).await,
        }
    }

    /// Ends an issue that was not finished, or whose end was lost.
    pub(super) async fn give_up(
        &mut self,
        tx: &mut Tx,
        row: &Certificate,
        lost: &Lost<'_>,
    ) -> Result<()> {
        if row.state != State::Abandoned {
            transitions::give_up(tx, row, &self.ending(lost)).await?;
            self.report.given_up.push(touched(row, lost));
        }
        // A row without a certificate is on no CRL, and the certificate may exist.
        if row.der.is_none() {
            return self.unknown(tx, row.ca(), &row.serial, lost).await;
        }
        Ok(())
    }

    /// Suspends a certificate because nobody knows whether it was revoked.
    pub(super) async fn suspend(
        &mut self,
        tx: &mut Tx,
        row: &Certificate,
        lost: &Lost<'_>,
    ) -> Result<()> {
        transitions::suspend(tx, row, &self.ending(lost)).await?;
        self.report.uncertain.push(touched(row, lost));
        Ok(())
    }

    /// Puts the serial number of a certificate that the database does not have on CRLs. It can never be released.
    pub(super) async fn unknown(
        &mut self,
        tx: &mut Tx,
        ca: Ca,
        serial: &str,
        lost: &Lost<'_>,
    ) -> Result<()> {
        let reason = match lost.reason {
            Reason::CertificateHold => Reason::Unspecified,
            reason => reason,
        };
        let new = UnknownSerial {
            ca,
            serial: serial.to_owned(),
            reason: reason.as_str().to_owned(),
            revoked_at: lost.at,
        };
        if !unknown_serials::insert(tx, &new, self.report.number).await? {
            return Ok(());
        }
        let (name, reason) = (report::name(ca), reason.as_str().to_owned());
        self.context
            .audit(AuditAction::CertificateUnknownRevoked, ("serial", serial))
            .detail(json!({ "ca": name, "reason": reason, "note": lost.source }))
            .write(tx)
            .await?;
        self.report.unknown.push(Unknown {
            ca: name,
            serial: new.serial,
            reason,
            source: lost.source.to_owned(),
        });
        Ok(())
    }
}

fn touched(row: &Certificate, lost: &Lost<'_>) -> Touched {
    Touched::new(row, lost.reason.as_str(), lost.source)
}

/// It has ended when it was published, not only now.
async fn since(tx: &mut Tx, row: &Certificate, lost: &Lost<'_>) -> Result<()> {
    certificates::set_ended_at(tx, &row.id, lost.at).await?;
    Ok(())
}
