//! Everything takes two people, whatever they try.
//!
//! - [`applications`]: entered, amended, decided, stale
//! - [`absent_staff`]: pending proposals when somebody is absent; a clock that is set back
//! - [`certificates`]: 事故登録, revocation, release, re-issue, cancellation
//! - [`codes`]: split activation codes
//! - [`details`]: registered details, who leaves, back to passwords, the wait of a re-issue
//! - [`grantees`]: who gets a grant
//! - [`staff`]: the staff's own accounts, take-over, withdrawal, second accounts

mod absent_staff;
mod applications;
mod certificates;
mod codes;
mod details;
mod grantees;
mod staff;

use super::{Decided, Kind, Proposal, ProposedChangeForm};
use crate::services::Result;
use crate::services::testing::{World, at, staff};
use crate::store::staff::Role;

/// A form with all fields filled in.
pub(super) fn form() -> ProposedChangeForm {
    ProposedChangeForm {
        reference: "申-1".to_owned(),
        note: "紛失".to_owned(),
        revocation_reason: "keyCompromise".to_owned(),
        name: "山田太郎".to_owned(),
        employee_number: "e-100".to_owned(),
        role: "teller".to_owned(),
        ..ProposedChangeForm::default()
    }
}

pub(super) async fn propose(
    world: &World,
    who: &str,
    kind: Kind,
    subject: &str,
) -> Result<Proposal> {
    let accounts = world.accounts();
    accounts
        .propose(&staff(who, at(20)), kind, subject, &form())
        .await
}

pub(super) async fn approve(world: &World, who: &str, proposal: &Proposal) -> Result<Decided> {
    let (id, version) = (&proposal.id, proposal.version);
    let accounts = world.accounts();
    accounts
        .approve_proposal(&staff(who, at(30)), id, version)
        .await
}

/// Whether the log contains an operation on this subject.
pub(super) async fn told(world: &World, action: &str, subject: &str) -> bool {
    let log = world.log().await;
    log.iter()
        .any(|row| row.action == action && row.subject_id == subject && row.outcome == "done")
}

/// Help desk, officers, and a second account of the approver.
pub(super) async fn world() -> World {
    let world = World::new().await;
    for (name, employee_number, role) in [
        ("helpdesk", "helpdesk", Role::Helpdesk),
        ("officer", "officer", Role::SecurityOfficer),
        ("second-officer", "second-officer", Role::SecurityOfficer),
        ("approver-again", "approver", Role::Approver),
        ("officer-again", "officer", Role::SecurityOfficer),
    ] {
        world.add_account(name, employee_number, role).await;
    }
    world
}
