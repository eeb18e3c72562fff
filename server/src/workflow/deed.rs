//! A deed of the bank's staff: who does what to what; a refusal is audited as the deed would have been.

use jiff::Timestamp;

use super::audited::{Entry, audit};
use super::people::People;
use super::{Caller, Error, Refusal, Result};
use crate::store::audit::Actor;
use crate::store::staff::{self, Role, StaffMember, Status};

/// Who does what to what.
#[derive(Clone, Copy)]
pub(super) struct Deed<'a> {
    pub(super) staff_id: &'a str,
    pub(super) action: &'static str,
    pub(super) kind: &'static str,
    pub(super) subject: &'a str,
    pub(super) caller: Caller,
    pub(super) now: Timestamp,
}

impl<'a> Deed<'a> {
    /// The audit row of this deed.
    pub(super) fn entry(&self) -> Entry<'a> {
        let actor = Actor::Staff(self.staff_id.to_owned());
        audit(actor, self.action, self.kind, self.subject).from(self.caller)
    }
}

impl People<'_> {
    /// The staff member if they work here and their role is among `roles`.
    pub(super) async fn staff_with(&self, staff_id: &str, roles: &[Role]) -> Result<StaffMember> {
        staff::find(self.store, staff_id)
            .await?
            .filter(|member| member.status == Status::Active && roles.contains(&member.role))
            .ok_or(Refusal::RoleMissing.into())
    }

    /// Passes a result on; a refusal is audited first.
    pub(super) async fn audited<T>(&self, deed: Deed<'_>, result: Result<T>) -> Result<T> {
        if let Err(Error::Refused(refusal)) = &result {
            self.record_refusal(deed.entry().refused(refusal), deed.now)
                .await?;
        }
        result
    }
}
