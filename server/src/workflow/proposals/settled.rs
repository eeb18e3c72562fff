//! Deeds after which certificates may stand otherwise: this instance is told at once.

use jiff::Timestamp;

use super::{Decided, Proposal, WishForm};
use crate::workflow::{Caller, Result, Workflows};

impl Workflows {
    /// [`People::approve_proposal`](crate::workflow::people::People::approve_proposal), made known at once.
    ///
    /// # Errors
    /// As there.
    pub async fn approve_proposal(
        &self,
        staff_id: &str,
        proposal_id: &str,
        seen_version: i64,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Decided> {
        let done = self
            .people()
            .approve_proposal(staff_id, proposal_id, seen_version, caller, now)
            .await?;
        self.status_changed().await;
        Ok(done)
    }

    /// [`People::reject_proposal`](crate::workflow::people::People::reject_proposal), made known at once.
    ///
    /// # Errors
    /// As there.
    pub async fn reject_proposal(
        &self,
        staff_id: &str,
        proposal_id: &str,
        seen_version: i64,
        reason: &str,
        caller: Caller,
        now: Timestamp,
    ) -> Result<()> {
        self.people()
            .reject_proposal(staff_id, proposal_id, seen_version, reason, caller, now)
            .await?;
        self.status_changed().await;
        Ok(())
    }

    /// [`People::report_incident`](crate::workflow::people::People::report_incident), made known at once.
    ///
    /// # Errors
    /// As there.
    pub async fn report_incident(
        &self,
        staff_id: &str,
        certificate_id: &str,
        form: &WishForm,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Proposal> {
        let proposal = self
            .people()
            .report_incident(staff_id, certificate_id, form, caller, now)
            .await?;
        self.status_changed().await;
        Ok(proposal)
    }
}
