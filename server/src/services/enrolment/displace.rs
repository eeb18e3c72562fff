//! Replaces a certificate that was signed and never activated, because its key may be lost: another key of the same
//! holder gets a certificate.

use super::Subject;
use crate::services::certificates::lifecycle::Reason;
use crate::services::certificates::lifecycle::transitions::{self, Ending};
use crate::services::{Refusal, RequestContext, Result, Services};
use crate::store::Tx;
use crate::store::certificates::{self, Certificate};

/// Note for the bank.
const NOTE: &str = "begun anew with another key";

fn ending<'a>(context: &'a RequestContext, note: &'a str) -> Ending<'a> {
    Ending {
        context,
        reason: Reason::CessationOfOperation,
        note,
    }
}

/// Gives up an unfinished renewal of an inactive certificate: a new application replaces it.
pub(super) async fn forget(
    tx: &mut Tx,
    context: &RequestContext,
    pending: &Certificate,
) -> Result<()> {
    let context = context.by(pending.subject()?.actor());
    let ending = ending(&context, "renewal never finished, issued anew");
    transitions::give_up(tx, pending, &ending).await
}

/// Gives up every pending certificate of the holder, except the one with the id `keep`.
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
    /// Gives up successors of the certificate with the id `old` that were never activated, or refuses while the agent
    /// of one may be at work. A successor for the key with the digest `own` stays.
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
            // A clock that was set back since does not make it younger.
            if context.now.duration_since(row.created_at).abs() < at_work {
                return Err(Refusal::RenewalPending.into());
            }
            transitions::give_up(tx, &row, &ending).await?;
        }
        Ok(())
    }
}
