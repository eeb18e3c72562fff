//! What a crash left open: intents that are on record and have no certificate.
//!
//! Each is signed now from its recorded bytes: a signature that was lost never left the process, so there is still one
//! certificate for one serial number. The agent gets it when it asks again with the same key.

use jiff::Timestamp;

use super::{Caller, Error, Refusal, Result, Workflows};
use crate::store::audit::Actor;
use crate::store::certificates;

/// What a run found and did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reconciled {
    /// Intents that have their certificate now.
    pub completed: usize,
    /// Intents that wait for the HSM.
    pub waiting: usize,
}

impl Workflows {
    /// Completes what is open; stops at the first sign that the HSM is away. Run it on start, and again while
    /// anything waits.
    ///
    /// # Errors
    /// A [`super::Fault`] of the store, or bytes on record that do not verify.
    pub async fn reconcile(&self, now: Timestamp) -> Result<Reconciled> {
        let open = certificates::intents_without_result(&self.inner.store).await?;
        let mut report = Reconciled {
            completed: 0,
            waiting: open.len(),
        };
        for row in open {
            match self
                .complete(row, Actor::System, Caller::default(), now)
                .await
            {
                Ok(_) => {
                    report.completed += 1;
                    report.waiting -= 1;
                }
                Err(Error::Refused(Refusal::Unavailable { .. })) => break,
                Err(other) => return Err(other),
            }
        }
        Ok(report)
    }
}
