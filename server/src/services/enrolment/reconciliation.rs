//! What a crash left open: intents that are recorded and have no certificate.
//!
//! Each is signed now from its recorded bytes: a signature that was lost never left the process, so there is still one
//! certificate for one serial number. The agent gets it when it asks again with the same key.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::ca::issue::IssueError;
use crate::services::certificates::status::ca_id;
use crate::services::{Error, Fault, Refusal, RequestContext, Result, Services};
use crate::store::certificates;

/// What a run found and did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reconciled {
    /// Intents that have their certificate now.
    pub completed: usize,
    /// Intents that wait for the HSM.
    pub waiting: usize,
    /// Intents whose recorded bytes give no good certificate: logged, left as they are, somebody must look.
    pub broken: usize,
}

impl Services {
    /// Completes what is open. After the first signature that cannot be had no other is asked for of the same CA. Run it on
    /// start, and again while anything waits.
    ///
    /// # Errors
    /// A [`Fault`] of the store, or of the HSM that waiting does not mend (its key is not configured).
    pub async fn reconcile(&self, now: Timestamp) -> Result<Reconciled> {
        let open = certificates::intents_without_result(&self.inner.store).await?;
        let mut report = Reconciled {
            completed: 0,
            waiting: open.len(),
            broken: 0,
        };
        let mut unavailable = HashSet::new();
        for row in open {
            let ca = ca_id(row.ca());
            if unavailable.contains(&ca) {
                continue;
            }
            let serial = row.serial.clone();
            match self.complete(&RequestContext::system(now), row).await {
                Ok(_) => {
                    report.completed += 1;
                    report.waiting -= 1;
                }
                Err(Error::Refused(Refusal::Unavailable { .. })) => {
                    unavailable.insert(ca);
                }
                Err(error @ Error::Fault(Fault::Store(_) | Fault::Issue(IssueError::Hsm(_)))) => {
                    return Err(error);
                }
                // One row that cannot be completed keeps neither the others nor the server from their work.
                Err(error) => {
                    tracing::error!(serial, %error, "a recorded intent cannot be completed");
                    report.broken += 1;
                    report.waiting -= 1;
                }
            }
        }
        Ok(report)
    }
}
