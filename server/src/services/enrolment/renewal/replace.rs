//! A successor that was signed and never came into use: its key may be gone with a token. It is replaced by one with another key of
//! the same holder, after the time in which its agent may still be at work; and for a new issue, when what it was to succeed
//! is over.

use jiff::Timestamp;

use crate::services::certificates::lifecycle::Reason;
use crate::services::certificates::lifecycle::transitions::{self, Ending};
use crate::services::{Caller, Refusal, RequestContext, Result, Services};
use crate::store::Tx;
use crate::store::certificates::{self, Certificate};

/// For the bank's records.
const NOTE: &str = "renewal begun anew with another key";

/// Ends a successor that was never used, of a certificate that is over: a new application stands in its place.
pub(in crate::services) async fn forget(
    tx: &mut Tx,
    pending: &Certificate,
    caller: Caller,
    now: Timestamp,
) -> Result<()> {
    let context = RequestContext::user(pending.user_id.as_deref().unwrap_or_default(), caller, now);
    let ending = ending(&context, "renewal never finished, issued anew");
    transitions::give_up(tx, pending, &ending).await
}

fn ending<'a>(context: &'a RequestContext, note: &'a str) -> Ending<'a> {
    Ending {
        context,
        reason: Reason::CessationOfOperation,
        note,
    }
}

impl Services {
    /// Ends a successor of `old` that never came into use, or refuses while its agent may be at work.
    ///
    /// # Errors
    /// [`Refusal::RenewalPending`].
    pub(super) async fn make_way(
        &self,
        old: &Certificate,
        caller: Caller,
        now: Timestamp,
    ) -> Result<()> {
        let user_id = old.user_id.as_deref().unwrap_or_default();
        let pending = certificates::pending_for_user(&self.inner.store, user_id).await?;
        let Some(pending) = pending else {
            return Ok(());
        };
        let mine = pending.replaces.as_deref() == Some(&old.id);
        let periods = &self.settings().periods;
        let at_work = periods.pick_up + periods.enrolment;
        // A clock that was put back since makes it no younger than this.
        let age = now.duration_since(pending.created_at).abs();
        if !mine || age < at_work {
            return Err(Refusal::RenewalPending.into());
        }
        let context = RequestContext::user(user_id, caller, now);
        let ending = ending(&context, NOTE);
        let mut tx = self.inner.store.begin().await?;
        let Some(there) = certificates::pending_for_user(&mut tx, user_id).await? else {
            return Ok(());
        };
        // Somebody else made way for a younger one meanwhile.
        if there.id != pending.id {
            return Err(Refusal::RenewalPending.into());
        }
        transitions::give_up(&mut tx, &there, &ending).await?;
        tx.commit().await?;
        self.status_changed().await;
        Ok(())
    }
}
