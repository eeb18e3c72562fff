//! What an approval does, inside the transaction of the decision.

use jiff::Timestamp;
use serde_json::json;

use super::Decided;
use super::subject::Subject;
use super::wish::Wish;
use crate::ca::crl::Reason;
use crate::store::applications::{self, NewApplication};
use crate::store::audit::Actor;
use crate::store::certificates::{self, Certificate, State};
use crate::store::contracts::{self, Method};
use crate::store::grants::{self, NewGrant};
use crate::store::proposals::{Kind, Proposal};
use crate::store::staff::{self, StaffMember};
use crate::store::users::{self, PasswordKind};
use crate::store::{StoreError, Tx, Unique, id};
use crate::workflow::audited::audit;
use crate::workflow::deed::Deed;
use crate::workflow::people::People;
use crate::workflow::{Fault, Refusal, Result};

pub(super) async fn apply(
    people: &People<'_>,
    tx: &mut Tx,
    deed: Deed<'_>,
    proposal: &Proposal,
    subject: &Subject,
    wish: &Wish,
) -> Result<Decided> {
    match proposal.kind {
        Kind::Application | Kind::Reissue => {
            let grant = grant(people, tx, deed, proposal, subject, wish).await?;
            return Ok(Decided {
                grant: Some(grant),
                staff: None,
            });
        }
        Kind::Revoke => {
            let reason = wish.revocation_reason();
            let reason = reason.ok_or(Fault::Inconsistent("revocation without reason"))?;
            revoke(tx, deed, certificate(subject)?, reason).await?;
        }
        Kind::Incident => revoke(tx, deed, certificate(subject)?, Reason::KeyCompromise).await?,
        Kind::Release => release(tx, deed, subject).await?,
        Kind::Cancel => cancel(tx, deed, subject).await?,
        Kind::Unlock => unlock(tx, subject).await?,
        Kind::StaffAdd => {
            let member = newcomer(wish, deed.now)?;
            staff::insert(tx, &member).await?;
            return Ok(Decided {
                grant: None,
                staff: Some(member.id),
            });
        }
        Kind::StaffRole => {
            let role = wish.role().ok_or(Fault::Inconsistent("role"))?;
            changed(staff::set_role(tx, &subject.id, role).await?)?;
        }
        Kind::StaffLeave => {
            changed(staff::set_status(tx, &subject.id, staff::Status::Left).await?)?;
            for one in certificates::list_for_staff(&mut *tx, &subject.id).await? {
                if matches!(one.state, State::Issued | State::Active | State::Suspended) {
                    revoke(tx, deed, &one, Reason::AffiliationChanged).await?;
                }
            }
        }
    }
    Ok(Decided::default())
}

/// The row that grants hang on, the method, and a grant (of a re-issue: for this user only).
async fn grant(
    people: &People<'_>,
    tx: &mut Tx,
    deed: Deed<'_>,
    proposal: &Proposal,
    subject: &Subject,
    wish: &Wish,
) -> Result<String> {
    let contract = subject.contract.as_ref();
    let contract = contract.ok_or(Fault::Inconsistent("subject without contract"))?;
    let application = NewApplication {
        id: proposal.id.clone(),
        contract_id: contract.id.clone(),
        reference: wish.reference().to_owned(),
        contract_version: contract.version,
        entered_by: proposal.entered_by.staff_id.clone(),
        entered_at: proposal.entered_at,
    };
    applications::insert(tx, &application).await?;
    let (state, by) = (applications::State::Approved, deed.staff_id);
    changed(applications::decide(tx, &proposal.id, 1, state, by, deed.now, None).await?)?;
    contracts::set_method(tx, &contract.id, Method::Certificate).await?;
    let until = deed.now.checked_add(people.settings.periods.grant);
    let new = NewGrant {
        id: id::new_id()?,
        contract_id: contract.id.clone(),
        application_id: proposal.id.clone(),
        created_at: deed.now,
        expires_at: until.unwrap_or(Timestamp::MAX),
    };
    grants::create(tx, &new).await?;
    if let Some(user) = &subject.user {
        changed(grants::bind(tx, &new.id, &user.id).await?)?;
    }
    Ok(new.id)
}

async fn revoke(tx: &mut Tx, deed: Deed<'_>, one: &Certificate, reason: Reason) -> Result<()> {
    let reason = reason.as_str();
    change(tx, deed, one, State::Revoked, Some(reason)).await?;
    note(tx, deed, "certificate.revoked", one, reason).await
}

/// A suspended certificate is good again.
pub(super) async fn release(tx: &mut Tx, deed: Deed<'_>, subject: &Subject) -> Result<()> {
    let one = certificate(subject)?;
    match change(tx, deed, one, State::Active, None).await {
        Err(crate::workflow::Error::Fault(Fault::Store(StoreError::Duplicate(
            Unique::CertificateActive,
        )))) => return Err(Refusal::CertificateActive.into()),
        other => other?,
    }
    note(tx, deed, "certificate.released", one, "").await
}

/// An active certificate is good no longer, for the time being.
pub(super) async fn suspend(
    tx: &mut Tx,
    deed: Deed<'_>,
    subject: &Subject,
    why: &str,
) -> Result<()> {
    let one = certificate(subject)?;
    let hold = Reason::CertificateHold.as_str();
    change(tx, deed, one, State::Suspended, Some(hold)).await?;
    note(tx, deed, "certificate.suspended", one, why).await
}

/// 解約: the contract, and everything it takes along.
async fn cancel(tx: &mut Tx, deed: Deed<'_>, subject: &Subject) -> Result<()> {
    let contract = subject.contract.as_ref();
    let contract = contract.ok_or(Fault::Inconsistent("subject without contract"))?;
    changed(contracts::cancel(tx, &contract.id).await?)?;
    for grant in &subject.grants {
        if grant.state == grants::State::Open {
            grants::lapse(tx, &grant.id).await?;
        }
    }
    for user in users::list_for_contract(&mut *tx, &contract.id).await? {
        for one in certificates::list_for_user(&mut *tx, &user.id).await? {
            if matches!(one.state, State::Issued | State::Active | State::Suspended) {
                revoke(tx, deed, &one, Reason::CessationOfOperation).await?;
            }
        }
    }
    Ok(())
}

async fn unlock(tx: &mut Tx, subject: &Subject) -> Result<()> {
    let user = subject.user.as_ref();
    let user = user.ok_or(Fault::Inconsistent("subject without user"))?;
    for kind in [PasswordKind::Login, PasswordKind::Confirmation] {
        changed(users::set_password_state(tx, &user.id, kind, 0, None, false).await?)?;
    }
    Ok(())
}

fn newcomer(wish: &Wish, now: Timestamp) -> Result<StaffMember> {
    match wish {
        Wish::Newcomer { name, person, role } => Ok(StaffMember {
            id: id::new_id()?,
            name: name.clone(),
            person: person.clone(),
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

async fn change(
    tx: &mut Tx,
    deed: Deed<'_>,
    one: &Certificate,
    to: State,
    reason: Option<&str>,
) -> Result<()> {
    let by = Actor::Staff(deed.staff_id.to_owned());
    let states = (one.state, to);
    changed(certificates::set_state(tx, &one.id, states, &by, deed.now, reason).await?)
}

async fn note(
    tx: &mut Tx,
    deed: Deed<'_>,
    action: &'static str,
    one: &Certificate,
    why: &str,
) -> Result<()> {
    let actor = Actor::Staff(deed.staff_id.to_owned());
    let entry = audit(actor, action, "certificate", &one.id).from(deed.caller);
    let detail =
        json!({ "serial": &one.serial, "user": &one.user_id, "was": one.state, "why": why });
    entry.detail(detail).write(tx, deed.now).await
}

/// What was looked at in this transaction is as it was.
fn changed(done: bool) -> Result<()> {
    done.then_some(())
        .ok_or(Fault::Inconsistent("a row changed under the writer lock").into())
}
