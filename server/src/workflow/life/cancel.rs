//! 解約 (R12): every certificate, session, grant and request of a contract ends in one transaction.

use jiff::Timestamp;

use super::Reason;
use super::authority::{By, Deed};
use super::inside::{self, Ending};
use super::revoke::clip;
use crate::workflow::audited::audit;
use crate::workflow::{Caller, Error, Result, Workflows};

/// What ended with a contract.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cancelled {
    /// Certificates revoked, or given up before they were signed.
    pub certificates: u64,
    /// Sessions ended.
    pub sessions: u64,
    /// Open requests ended.
    pub requests: u64,
    /// Open grants ended.
    pub grants: u64,
}

impl Workflows {
    /// Cancels a contract: nothing of it can be used from then on, on any instance.
    ///
    /// # Errors
    /// `RoleMissing`, `ContractUnknown`, `ContractCancelled` of [`Refusal`](crate::workflow::Refusal).
    pub async fn cancel_contract(
        &self,
        contract_id: &str,
        staff_id: &str,
        note: &str,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Cancelled> {
        let by = By::Staff { staff_id };
        let done = self.try_cancel(contract_id, &by, note, caller, now).await;
        match &done {
            Ok(_) => self.status_changed().await,
            Err(Error::Refused(refusal)) => {
                let entry = audit(by.actor(), Deed::Cancel.action(), "contract", contract_id);
                self.record_refusal(entry.from(caller).refused(refusal), now)
                    .await?;
            }
            Err(Error::Fault(_)) => {}
        }
        done
    }

    async fn try_cancel(
        &self,
        contract_id: &str,
        by: &By<'_>,
        note: &str,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Cancelled> {
        self.entitled(by, Deed::Cancel, caller, now).await?;
        let mut tx = self.inner.store.begin().await?;
        let ending = Ending {
            actor: by.actor(),
            reason: Reason::CessationOfOperation,
            note: clip(note),
            caller,
            now,
        };
        let ended = inside::cancel(&mut tx, contract_id, &ending).await?;
        tx.commit().await?;
        Ok(ended)
    }
}
