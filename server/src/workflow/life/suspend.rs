//! 事故登録: a certificate is held at once by one person, and looked at afterwards; and its release.

use jiff::Timestamp;

use super::Reason;
use super::authority::{By, Deed, reach};
use super::inside::{self, Ending};
use super::revoke::clip;
use crate::store::certificates::Certificate;
use crate::workflow::{Caller, Result, Workflows};

impl Workflows {
    /// Suspends an active certificate: its sessions end, logins, renewal and the activation of a successor are refused
    /// until it is released or revoked.
    ///
    /// # Errors
    /// [`Refusal::Life`](crate::workflow::Refusal::Life) (`AlreadySuspended`, `AlreadyRevoked`, `Expired`, `NotInUse`, …),
    /// [`Refusal::RoleMissing`](crate::workflow::Refusal::RoleMissing); for a manager as [`Self::revoke`].
    pub async fn suspend(
        &self,
        certificate_id: &str,
        by: By<'_>,
        note: &str,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Certificate> {
        self.hold(certificate_id, by, Deed::Suspend, note, caller, now)
            .await
    }

    /// Releases a suspension: the certificate is active again. Only the bank does this.
    ///
    /// # Errors
    /// `NotSuspended`, `AlreadyRevoked`, `Expired`;
    /// [`Refusal::RoleMissing`](crate::workflow::Refusal::RoleMissing).
    pub async fn release(
        &self,
        certificate_id: &str,
        by: By<'_>,
        note: &str,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Certificate> {
        self.hold(certificate_id, by, Deed::Release, note, caller, now)
            .await
    }

    async fn hold(
        &self,
        certificate_id: &str,
        by: By<'_>,
        deed: Deed,
        note: &str,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Certificate> {
        let done = async {
            self.entitled(&by, deed, caller, now).await?;
            let mut tx = self.inner.store.begin().await?;
            let row = reach(&mut tx, certificate_id, &by).await?;
            let ending = Ending {
                actor: by.actor(),
                reason: Reason::CertificateHold,
                note: clip(note),
                caller,
                now,
            };
            match deed {
                Deed::Release => inside::release(&mut tx, &row, &ending).await?,
                Deed::Suspend | Deed::Revoke | Deed::Cancel => {
                    inside::suspend(&mut tx, &row, &ending).await?;
                }
            }
            tx.commit().await?;
            Ok(())
        };
        let done = done.await;
        self.settled(certificate_id, &by, deed, caller, now, done)
            .await
    }
}
