//! Whether a proposal is possible now. Checked when it is entered and again when it is approved.

use jiff::Timestamp;

use super::proposed_change::ProposedChange;
use super::subject::Subject;
use crate::services::certificates::lifecycle::expired;
use crate::services::certificates::lifecycle::state_machine::{Event, next};
use crate::services::validation::{Field, Problem};
use crate::services::{Fault, Refusal, Result, StaffRefusal};
use crate::store::certificates::State;
use crate::store::contracts::{self, Contract, Method, Status};
use crate::store::grants;
use crate::store::proposals::Kind;
use crate::store::staff::{self, Role};
use crate::store::users;
use crate::store::{Db, Tx};

/// Officers that must remain: with fewer nobody could be entered and approved any more.
const OFFICERS: usize = 2;

pub(super) async fn possible(
    tx: &mut Tx,
    kind: Kind,
    subject: &Subject,
    change: &ProposedChange,
    now: Timestamp,
) -> Result<()> {
    match kind {
        Kind::Contract => match subject.contract {
            Some(_) => Err(Refusal::ContractExists.into()),
            None => Ok(()),
        },
        Kind::Import => {
            let import = subject.import.as_ref();
            let waits = import.is_some_and(|one| one.approved_at.or(one.done_at).is_none());
            waits
                .then_some(())
                .ok_or(StaffRefusal::ImportUnknown.into())
        }
        Kind::Application => {
            in_force(subject)?;
            // Otherwise the first caller would get it.
            if subject.users.len() > 1 {
                return Err(StaffRefusal::UserNeeded.into());
            }
            no_certificate(subject, now)?;
            no_open_grant(subject, now)
        }
        Kind::Reissue => {
            in_force(subject)?;
            present(subject)?;
            no_certificate(subject, now)?;
            no_open_grant(subject, now)
        }
        Kind::Cancel => in_force(subject).map(drop),
        Kind::PasswordReset | Kind::UserDetails => {
            in_force(subject)?;
            present(subject)
        }
        Kind::ContractDetails => {
            let contract = in_force(subject)?;
            let ProposedChange::Details(new) = change else {
                return Err(Fault::Inconsistent("details without details").into());
            };
            let after = new.contract_after(contract);
            let (branch, kind, account) = (&after.branch, after.account_type, &after.account);
            let other = contracts::by_account(&mut *tx, branch, kind, account).await?;
            match other.is_some_and(|other| other.id != contract.id) {
                true => Err(Refusal::ContractExists.into()),
                false => Ok(()),
            }
        }
        Kind::UserLeave => {
            in_force(subject)?;
            present(subject)?;
            succession(subject, change)
        }
        Kind::PasswordMethod => match in_force(subject)?.method {
            Method::Certificate => Ok(()),
            Method::Password => Err(StaffRefusal::NotInThatState.into()),
        },
        Kind::Unlock => {
            present(subject)?;
            let user = subject.user.as_ref();
            let user = user.ok_or(Fault::Inconsistent("subject without user"))?;
            user.is_suspended()
                .then_some(())
                .ok_or(StaffRefusal::NotInThatState.into())
        }
        Kind::Revoke => may(subject, Event::Revoke, now),
        Kind::Incident | Kind::Release => may(subject, Event::Release, now),
        Kind::StaffAdd => {
            let twin = |one: &staff::StaffMember| {
                one.status == staff::Status::Active && Some(one.role) == change.role()
            };
            if subject.accounts.iter().any(twin) {
                return Err(StaffRefusal::StaffExists.into());
            }
            Ok(())
        }
        Kind::StaffRole | Kind::StaffLeave => staff_change(tx, subject, change).await,
    }
}

/// Whether it cannot be approved yet because nobody has registered: a grant is for one user, whom the approver must see.
pub(super) fn lacks_grantee(kind: Kind, subject: &Subject) -> bool {
    matches!(kind, Kind::Application | Kind::Reissue) && subject.grantee().is_none()
}

/// D1: a user with an active or pending certificate gets no second one. A pending renewal depends on its predecessor,
/// and prevents nothing once that has expired or is revoked.
fn no_certificate(subject: &Subject, now: Timestamp) -> Result<()> {
    let held = subject.certificates.iter().any(|one| {
        let open = match one.state {
            State::Active | State::Suspended => true,
            State::Intent | State::Issued => one.replaces.is_none(),
            _ => false,
        };
        open && !expired(one, now)
    });
    if held {
        return Err(Refusal::CertificateActive.into());
    }
    Ok(())
}

fn in_force(subject: &Subject) -> Result<&Contract> {
    let contract = subject.contract.as_ref();
    let contract = contract.ok_or(Fault::Inconsistent("subject without contract"))?;
    if contract.status == Status::Cancelled {
        return Err(Refusal::ContractCancelled.into());
    }
    Ok(contract)
}

/// The user has not left.
fn present(subject: &Subject) -> Result<()> {
    let left = subject.user.as_ref().and_then(|user| user.left_at);
    match left {
        Some(_) => Err(StaffRefusal::NotInThatState.into()),
        None => Ok(()),
    }
}

/// The マスター of a contract with other users leaves only together with the appointment of the next one.
fn succession(subject: &Subject, change: &ProposedChange) -> Result<()> {
    let ProposedChange::Leave { successor, .. } = change else {
        return Err(Fault::Inconsistent("leave without successor").into());
    };
    let user = subject.user.as_ref();
    let user = user.ok_or(Fault::Inconsistent("subject without user"))?;
    let others = subject.users.iter().any(|one| one.id != user.id);
    let needed = user.role == users::Role::Master && others;
    if needed && successor.is_empty() {
        return Err(StaffRefusal::SuccessorNeeded.into());
    }
    let known = subject.successor(successor).is_some();
    if successor.is_empty() || (needed && known) {
        return Ok(());
    }
    Err(Refusal::Fields(vec![Field::Successor.error(Problem::NotAChoice)]).into())
}

/// One grant at a time for a user.
fn no_open_grant(subject: &Subject, now: Timestamp) -> Result<()> {
    let grantee = subject.grantee().map(|user| &user.id);
    let open = subject.grants.iter().any(|grant| {
        let same = grantee.is_none() || grant.user_id.as_ref() == grantee;
        grant.state == grants::State::Open && now < grant.expires_at && same
    });
    if open {
        return Err(Refusal::ApplicationExists.into());
    }
    Ok(())
}

/// The answer of the state machine of a certificate's lifecycle.
fn may(subject: &Subject, event: Event, now: Timestamp) -> Result<()> {
    let found = subject.certificate.as_ref();
    let one = found.ok_or(Fault::Inconsistent("subject without certificate"))?;
    let after = next(one.state, event, expired(one, now));
    after.map(drop).map_err(|no| Refusal::Lifecycle(no).into())
}

async fn staff_change(tx: &mut Tx, subject: &Subject, change: &ProposedChange) -> Result<()> {
    let member = subject.staff.as_ref();
    let member = member.ok_or(Fault::Inconsistent("subject without staff"))?;
    if member.status == staff::Status::Left || change.role() == Some(member.role) {
        return Err(StaffRefusal::NotInThatState.into());
    }
    if member.role != Role::SecurityOfficer {
        return Ok(());
    }
    let everybody = staff::list(Db::from(tx)).await?;
    let mut officers: Vec<&str> = everybody
        .iter()
        .filter(|one| one.role == Role::SecurityOfficer && one.status == staff::Status::Active)
        .filter(|one| one.id != member.id)
        .map(|one| one.employee_number.as_str())
        .collect();
    officers.sort_unstable();
    officers.dedup();
    if officers.len() < OFFICERS {
        return Err(StaffRefusal::OfficersNeeded.into());
    }
    Ok(())
}
