//! The counter (窓口): contracts are put on record, applications entered by one person and decided by another.
//!
//! - this file: who may do what
//! - [`contract`]: a contract with its temporary passwords
//! - [`application`]: entering and amending
//! - [`decision`]: 再鑑: approving and rejecting

pub mod application;
pub mod contract;
pub mod decision;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;

use jiff::Timestamp;

use super::audited::audit;
use super::people::People;
use super::{Caller, Error, Refusal, Result};
use crate::store::audit::Actor;
use crate::store::staff::{self, Role, StaffMember, Status};

pub use application::ApplicationView;
pub use contract::ContractForm;

/// Who enters: contracts, applications.
const ENTER: &[Role] = &[Role::Teller, Role::Approver];
/// Who decides.
const DECIDE: &[Role] = &[Role::Approver];

/// A deed at the counter: who does what to what, for the audit row of a refusal.
#[derive(Clone, Copy)]
struct Deed<'a> {
    staff_id: &'a str,
    action: &'static str,
    kind: &'static str,
    subject: &'a str,
    caller: Caller,
    now: Timestamp,
}

impl People<'_> {
    /// The staff member if they work here and their role is among `roles`.
    async fn staff_with(&self, staff_id: &str, roles: &[Role]) -> Result<StaffMember> {
        staff::find(self.store, staff_id)
            .await?
            .filter(|member| member.status == Status::Active && roles.contains(&member.role))
            .ok_or(Refusal::RoleMissing.into())
    }

    /// Passes a result on; a refusal is audited first.
    async fn audited<T>(&self, deed: Deed<'_>, result: Result<T>) -> Result<T> {
        if let Err(Error::Refused(refusal)) = &result {
            let actor = Actor::Staff(deed.staff_id.to_owned());
            let entry = audit(actor, deed.action, deed.kind, deed.subject)
                .from(deed.caller)
                .refused(refusal);
            self.record_refusal(entry, deed.now).await?;
        }
        result
    }
}
