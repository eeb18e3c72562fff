//! A certificate that was signed and never came into use: its key may be gone with a token. It gives up its place to one with
//! another key of the same holder.

use super::Subject;
use crate::services::certificates::lifecycle::Reason;
use crate::services::certificates::lifecycle::transitions::{self, Ending};
use crate::services::{Refusal, RequestContext, Result, Services};
use crate::store::Tx;
use crate::store::certificates::{self, Certificate};

/// For the bank's records.
const NOTE: &str = "begun anew with another key";

fn ending<'a>(context: &'a RequestContext, note: &'a str) -> Ending<'a> {
    Ending {
        context,
        reason: Reason::CessationOfOperation,
        note,
    }
}

/// Gives up a renewal that was never finished, of a certificate that has ended: a new application takes its place.
pub(super) async fn forget(
    tx: &mut Tx,
    context: &RequestContext,
    pending: &Certificate,
) -> Result<()> {
    let context = context.by(pending.subject()?.actor());
    let ending = ending(&context, "renewal never finished, issued anew");
    transitions::give_up(tx, pending, &ending).await
}

/// Gives up whatever of the holder's is pending, but for the certificate with the id `keep`.
pub(super) async fn give_up_others(
    tx: &mut Tx,
    context: &RequestContext,
    holder: &Subject,
    keep: &str,
) -> Result<()> {
    let context = context.by(holder.actor());
    let ending = ending(&context, NOTE);
    for row in certificates::list_for(&mut *tx, holder).await? {
        if row.is_pending() && row.id != keep {
            transitions::give_up(tx, &row, &ending).await?;
        }
    }
    Ok(())
}

impl Services {
    /// Gives up successors of the certificate with the id `old` that never came into use, or refuses while the agent of one may
    /// be at work. One for the key with the digest `own` stays.
    ///
    /// # Errors
    /// [`Refusal::RenewalPending`].
    pub(super) async fn displace_successors(
        &self,
        context: &RequestContext,
        tx: &mut Tx,
        holder: &Subject,
        (old, own): (&str, &str),
    ) -> Result<()> {
        let periods = &self.settings().periods;
        let at_work = periods.pick_up + periods.enrolment;
        let context = context.by(holder.actor());
        let ending = ending(&context, NOTE);
        for row in certificates::list_for(&mut *tx, holder).await? {
            let successor = row.is_pending() && row.replaces.as_deref() == Some(old);
            if !successor || row.spki_sha256 == own {
                continue;
            }
            // A clock that was put back since makes it no younger than this.
            if context.now.duration_since(row.created_at).abs() < at_work {
                return Err(Refusal::RenewalPending.into());
            }
            transitions::give_up(tx, &row, &ending).await?;
        }
        Ok(())
    }
}
