//! Proposals (再鑑): one person enters, another one, shown exactly what changes, decides. No contributor to a proposal
//! decides it, with any of their accounts; what has changed since the entry is not approved.
//!
//! - [`rights`]: which role enters and decides what
//! - [`proposed_change`]: the content of a proposal, checked; `form`: as typed
//! - [`details`]: the content of 登録内容の変更
//! - [`subject`]: its subject, and the subject's state as seen
//! - [`rules`]: whether it is possible now
//! - [`entry`]: entering, amending, taking over, withdrawing
//! - [`incident`]: 事故登録, at once by one person, reviewed afterwards
//! - [`decision`]: approving and rejecting
//! - `effect`: the effect of an approval; `grant_effect`: of an application or a re-issue; `customer_effect`: of
//!   a change of a customer's details or the end of a use
//! - [`recent`]: what happened to a user lately, for the person who decides
//! - `registered`: an application that awaits its user
//! - [`view`]: lists and pages; [`listed`]: lists for programs

mod customer_effect;
pub mod decision;
pub mod details;
mod effect;
pub mod entry;
mod form;
mod grant_effect;
pub mod incident;
pub mod listed;
pub mod proposed_change;
pub mod recent;
mod registered;
pub mod rights;
mod rules;
pub mod subject;
pub mod view;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;

pub use decision::Decided;
pub use details::NewDetails;
pub use form::ProposedChangeForm;
pub use proposed_change::ProposedChange;
pub(in crate::services) use registered::{after_registration, before_registration};
pub use subject::Subject;
pub use view::{ProposalLine, ProposalView};

pub use crate::store::proposals::{How, Kind, Proposal, State};

use crate::store::proposals::Contributor;
use crate::store::staff::StaffMember;

/// A member of staff, as proposals and letters record them.
pub(in crate::services) fn contributor(member: &StaffMember) -> Contributor {
    Contributor {
        staff_id: member.id.clone(),
        employee_number: member.employee_number.clone(),
    }
}
