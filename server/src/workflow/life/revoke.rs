//! 失効. A certificate that was signed and never activated (its token is lost) ends the same way, so that the next issue
//! is not held up by a key that nobody has.

use jiff::Timestamp;

use super::authority::{By, Deed, reach};
use super::inside::{self, Ending};
use super::{LifeRefusal, Reason, reason};
use crate::store::certificates::{self, Certificate};
use crate::workflow::audited::audit;
use crate::workflow::{Caller, Error, Fault, Refusal, Result, Workflows};

impl Workflows {
    /// Revokes a certificate for good: its sessions end, its open requests and a renewal under way too, and lists and
    /// answers say so within seconds. One that was never signed is given up instead.
    ///
    /// `note` is for the bank's records; it may be empty. Answers the certificate as it is now.
    ///
    /// # Errors
    /// [`Refusal::Life`] (`AlreadyRevoked`, `Expired`, `ReasonNotAllowed`, …), [`Refusal::RoleMissing`]; for a manager
    /// also what 確認用パスワード leads to ([`Refusal::CredentialsWrong`], [`Refusal::TemporarilyLocked`],
    /// [`Refusal::Stopped`]).
    pub async fn revoke(
        &self,
        certificate_id: &str,
        by: By<'_>,
        reason: Reason,
        note: &str,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Certificate> {
        let done = self.try_revoke(certificate_id, &by, reason, note, caller, now);
        let done = done.await;
        self.settled(certificate_id, &by, Deed::Revoke, caller, now, done)
            .await
    }

    async fn try_revoke(
        &self,
        certificate_id: &str,
        by: &By<'_>,
        reason: Reason,
        note: &str,
        caller: Caller,
        now: Timestamp,
    ) -> Result<()> {
        if !reason::may_give(by.asker(), reason) {
            return Err(Refusal::Life(LifeRefusal::ReasonNotAllowed).into());
        }
        self.entitled(by, Deed::Revoke, caller, now).await?;
        let mut tx = self.inner.store.begin().await?;
        let row = reach(&mut tx, certificate_id, by).await?;
        let ending = Ending {
            actor: by.actor(),
            reason,
            note: clip(note),
            caller,
            now,
        };
        inside::revoke(&mut tx, &row, &ending).await?;
        tx.commit().await?;
        Ok(())
    }

    /// After a deed: a refusal is recorded; a change is made known to this instance and the row read again.
    pub(super) async fn settled(
        &self,
        certificate_id: &str,
        by: &By<'_>,
        deed: Deed,
        caller: Caller,
        now: Timestamp,
        done: Result<()>,
    ) -> Result<Certificate> {
        match done {
            Ok(()) => {
                self.status_changed().await;
                let row = certificates::find(&self.inner.store, certificate_id).await?;
                Ok(row.ok_or(Fault::Inconsistent("certificate row is gone"))?)
            }
            Err(Error::Refused(refusal)) => {
                let entry = audit(by.actor(), deed.action(), "certificate", certificate_id);
                self.record_refusal(entry.from(caller).refused(&refusal), now)
                    .await?;
                Err(refusal.into())
            }
            Err(fault) => Err(fault),
        }
    }
}

/// A note cut to what a record needs.
pub(super) fn clip(note: &str) -> &str {
    const LONGEST: usize = 400;
    match note.char_indices().nth(LONGEST) {
        Some((end, _)) => note.get(..end).unwrap_or_default(),
        None => note,
    }
}
