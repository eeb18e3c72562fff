//! Completes what a crash interrupted: recorded intents without a certificate.
//!
//! Each is signed from its recorded bytes: a lost signature never left the process, so there is still one certificate
//! for one serial number. The agent gets it when it repeats its request with the same key.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::ca::issue::IssueError;
use crate::services::certificates::status::ca_id;
use crate::services::{Error, Fault, Refusal, RequestContext, Result, Services};
use crate::store::certificates;

/// Result of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reconciled {
    /// Intents that have been completed.
    pub completed: usize,
    /// Intents that wait for the HSM.
    pub waiting: usize,
    /// Intents whose recorded bytes cannot become a valid certificate: logged and left unchanged, for an operator.
    pub broken: usize,
}

impl Services {
    /// Completes open intents. After the first signature that is unavailable, no other is requested from the same CA.
    /// Run it at the start, and again while intents wait.
    ///
    /// # Errors
    /// A [`Fault`] of the store, or one of the HSM that does not pass (its key is not configured).
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
                Err(Error::Refused(Refusal::Unavailable { .. } | Refusal::Sealed { .. })) => {
                    unavailable.insert(ca);
                }
                Err(error @ Error::Fault(Fault::Store(_) | Fault::Issue(IssueError::Hsm(_)))) => {
                    return Err(error);
                }
                // A row that cannot be completed stops neither the others nor the server.
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
