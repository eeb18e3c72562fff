//! The effect of an approval, inside the transaction of the decision.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Decided;
use super::proposed_change::ProposedChange;
use super::subject::Subject;
use super::{customer_effect, grant_effect};
use crate::mail::Notification;
use crate::services::account_service::AccountService;
use crate::services::certificates::lifecycle::state_machine::{Event, next};
use crate::services::certificates::lifecycle::transitions::{self, Ending};
use crate::services::certificates::lifecycle::{Reason, expired};
use crate::services::notifications::tell;
use crate::services::{Error, Fault, Refusal, RequestContext, Result};
use crate::store::audit::AuditAction;
use crate::store::certificates::{self, Certificate};
use crate::store::contracts;
use crate::store::imports;
use crate::store::proposals::{self, Kind, Proposal};
use crate::store::staff::{self, StaffMember};
use crate::store::users;
use crate::store::{StoreError, Tx, Unique, id};

pub(super) async fn apply(
    accounts: &AccountService<'_>,
    tx: &mut Tx,
    context: &RequestContext,
    proposal: &Proposal,
    subject: &Subject,
    change: &ProposedChange,
) -> Result<Decided> {
    match proposal.kind {
        Kind::Contract => {
            let contract = contract(tx, context, proposal, change).await?;
            return Ok(Decided {
                contract: Some(contract),
                ..Decided::default()
            });
        }
        Kind::Import => {
            changed(imports::approve(tx, &subject.id, &proposal.id, context.now).await?)?;
            let about = (AuditAction::ImportApproved, "import", subject.id.as_str());
            record(
                tx,
                context,
                proposal,
                about,
                json!({ "seen": &proposal.seen }),
            )
            .await?;
        }
        Kind::Application | Kind::Reissue => {
            let grant =
                grant_effect::grant(accounts, tx, context, proposal, subject, change).await?;
            return Ok(Decided {
                grant: Some(grant),
                ..Decided::default()
            });
        }
        Kind::Revoke => {
            let reason = change.revocation_reason();
            let reason = reason.ok_or(Fault::Inconsistent("revocation without reason"))?;
            let ending = ending(context, reason, change.note());
            transitions::revoke(tx, certificate(subject)?, &ending).await?;
        }
        Kind::Incident => {
            let ending = ending(context, Reason::KeyCompromise, change.note());
            transitions::revoke(tx, certificate(subject)?, &ending).await?;
        }
        Kind::Release => release(tx, context, subject, change.note()).await?,
        Kind::Cancel => {
            let ending = ending(context, Reason::CessationOfOperation, change.note());
            transitions::cancel(tx, &subject.id, &ending).await?;
        }
        Kind::Unlock => {
            unlock(tx, subject).await?;
            let about = (
                AuditAction::UserSuspensionReleased,
                "user",
                subject.id.as_str(),
            );
            record_noted(tx, context, proposal, about, change).await?;
        }
        Kind::PasswordReset => {
            let about = (
                AuditAction::UserPasswordResetApproved,
                "user",
                subject.id.as_str(),
            );
            record_noted(tx, context, proposal, about, change).await?;
            let user = subject.user.as_ref();
            let user = user.ok_or(Fault::Inconsistent("reset for nobody"))?;
            let message = Notification::PasswordResetApproved { at: context.now };
            tell(tx, user, &proposal.id, &message, context.now).await?;
        }
        Kind::UserDetails | Kind::ContractDetails => {
            let ProposedChange::Details(new) = change else {
                return Err(Fault::Inconsistent("details without details").into());
            };
            customer_effect::details(accounts, tx, context, proposal, subject, new).await?;
        }
        Kind::UserLeave => customer_effect::leave(tx, context, proposal, subject, change).await?,
        Kind::PasswordMethod => {
            customer_effect::password_method(tx, context, proposal, subject, change).await?;
        }
        Kind::StaffAdd => {
            let member = newcomer(change, context.now)?;
            staff::insert(tx, &member).await?;
            let about = (AuditAction::StaffAdded, "staff", member.id.as_str());
            let detail = json!({ "name": &member.name, "employee_number": &member.employee_number, "role": member.role });
            record(tx, context, proposal, about, detail).await?;
            return Ok(Decided {
                staff: Some(member.id),
                ..Decided::default()
            });
        }
        Kind::StaffRole => {
            let role = change.role().ok_or(Fault::Inconsistent("role"))?;
            changed(staff::set_role(tx, &subject.id, role).await?)?;
            let about = (AuditAction::StaffRoleChanged, "staff", subject.id.as_str());
            let before = subject.staff.as_ref().map(|member| member.role);
            let detail = json!({ "before": before, "role": role, "note": change.note() });
            record(tx, context, proposal, about, detail).await?;
        }
        Kind::StaffLeave => {
            changed(staff::set_status(tx, &subject.id, staff::Status::Left).await?)?;
            let about = (AuditAction::StaffLeft, "staff", subject.id.as_str());
            record_noted(tx, context, proposal, about, change).await?;
            let ending = ending(context, Reason::AffiliationChanged, change.note());
            for one in certificates::list_for_staff(&mut *tx, &subject.id).await? {
                if next(one.state, Event::Revoke, expired(&one, context.now)).is_ok() {
                    transitions::revoke(tx, &one, &ending).await?;
                }
            }
        }
    }
    Ok(Decided::default())
}

/// The contract, without temporary passwords: two people issue a letter for it.
async fn contract(
    tx: &mut Tx,
    context: &RequestContext,
    proposal: &Proposal,
    change: &ProposedChange,
) -> Result<String> {
    let ProposedChange::Contract(new) = change else {
        return Err(Fault::Inconsistent("contract without account").into());
    };
    let entered_by = &proposal.entered_by.employee_number;
    let contract = new.contract(id::new_id()?, (entered_by, &proposal.id), context.now);
    match contracts::insert(tx, &contract).await {
        Err(StoreError::Duplicate(Unique::ContractAccount)) => {
            return Err(Refusal::ContractExists.into());
        }
        other => other?,
    }
    proposals::set_contract(tx, &proposal.id, &contract.id).await?;
    let about = (
        AuditAction::ContractCreated,
        "contract",
        contract.id.as_str(),
    );
    let detail = json!({
        "branch": &contract.branch, "account_type": contract.account_type, "account": &contract.account,
        "company_name": &contract.company_name, "company_kana": &contract.company_kana,
        "entered_by": &proposal.entered_by.staff_id,
    });
    record(tx, context, proposal, about, detail).await?;
    Ok(contract.id)
}

/// The audit row of an effect, under its own subject: a search for a user or a member of staff finds it. `about`:
/// action, kind and id of the subject.
pub(super) async fn record(
    tx: &mut Tx,
    context: &RequestContext,
    proposal: &Proposal,
    about: (AuditAction, &'static str, &str),
    mut detail: Value,
) -> Result<()> {
    let (action, kind, subject) = about;
    detail["proposal"] = json!(&proposal.id);
    let entry = context.audit(action, (kind, subject));
    entry.detail(detail).write(tx).await
}

/// The same, with the reason that was entered.
async fn record_noted(
    tx: &mut Tx,
    context: &RequestContext,
    proposal: &Proposal,
    about: (AuditAction, &'static str, &str),
    change: &ProposedChange,
) -> Result<()> {
    let detail = json!({ "note": change.note() });
    record(tx, context, proposal, about, detail).await
}

/// Releases a suspended certificate.
pub(super) async fn release(
    tx: &mut Tx,
    context: &RequestContext,
    subject: &Subject,
    note: &str,
) -> Result<()> {
    let ending = ending(context, Reason::CertificateHold, note);
    match transitions::release(tx, certificate(subject)?, &ending).await {
        Err(Error::Fault(Fault::Store(StoreError::Duplicate(Unique::CertificateActive)))) => {
            Err(Refusal::CertificateActive.into())
        }
        other => other,
    }
}

/// Suspends an active certificate.
pub(super) async fn suspend(
    tx: &mut Tx,
    context: &RequestContext,
    subject: &Subject,
    note: &str,
) -> Result<()> {
    let ending = ending(context, Reason::CertificateHold, note);
    transitions::suspend(tx, certificate(subject)?, &ending).await
}

pub(super) fn ending<'a>(context: &'a RequestContext, reason: Reason, note: &'a str) -> Ending<'a> {
    Ending {
        context,
        reason,
        note,
    }
}

async fn unlock(tx: &mut Tx, subject: &Subject) -> Result<()> {
    let user = subject.user.as_ref();
    let user = user.ok_or(Fault::Inconsistent("subject without user"))?;
    for (kind, _) in user.counted() {
        changed(users::set_password_state(tx, &user.id, kind, 0, None, false).await?)?;
    }
    Ok(())
}

fn newcomer(change: &ProposedChange, now: Timestamp) -> Result<StaffMember> {
    match change {
        ProposedChange::Newcomer {
            name,
            employee_number,
            role,
        } => Ok(StaffMember {
            id: id::new_id()?,
            name: name.clone(),
            employee_number: employee_number.clone(),
            role: *role,
            certificate_sha256: None,
            status: staff::Status::Active,
            created_at: now,
        }),
        _ => Err(Fault::Inconsistent("newcomer without name").into()),
    }
}

fn certificate(subject: &Subject) -> Result<&Certificate> {
    let found = subject.certificate.as_ref();
    Ok(found.ok_or(Fault::Inconsistent("subject without certificate"))?)
}

/// What was read in this transaction has not changed.
pub(super) fn changed(done: bool) -> Result<()> {
    done.then_some(())
        .ok_or(Fault::Inconsistent("a row changed under the writer lock").into())
}
