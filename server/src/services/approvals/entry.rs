//! Entering a proposal, and what its contributors may do with it: amend, take over, withdraw.

use jiff::Timestamp;
use serde_json::json;

use super::decision::grants_of;
use super::form::ProposedChangeForm;
use super::proposed_change::ProposedChange;
use super::subject::Subject;
use super::{contributor, rights, rules};
use crate::services::account_service::AccountService;
use crate::services::command::{Command, Outcome};
use crate::services::validation::{Field, names};
use crate::services::{Fault, Refusal, RequestContext, Result, StaffRefusal};
use crate::store::audit::AuditAction;
use crate::store::contract_duties::{self, Side};
use crate::store::proposals::{
    self, Contributor, Decision, How, Kind, NewProposal, Proposal, Revision, State,
};
use crate::store::{Db, StoreError, Tx, Unique, id};

impl AccountService<'_> {
    /// Enters a proposal about `subject_id` (empty for a contract and a new member of staff: the form has account and
    /// employee number). [`AccountService::report_incident`](super::incident) enters 事故登録.
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`], [`Refusal::Fields`], that the subject is unknown or not in a state for it,
    /// [`StaffRefusal::ProposalExists`], [`StaffRefusal::OwnAffair`].
    pub async fn propose(
        &self,
        context: &RequestContext,
        kind: Kind,
        subject_id: &str,
        form: &ProposedChangeForm,
    ) -> Result<Proposal> {
        let command = context.command(AuditAction::ProposalEntered, (kind.as_str(), subject_id));
        let checked = self.audit_refusals(command, async {
            let member = self.staff_with(context, rights::may_enter(kind)).await?;
            if kind == Kind::Incident {
                return Err(StaffRefusal::NotInThatState.into());
            }
            Ok((
                member,
                ProposedChange::check(kind, form, &self.settings.characters)?,
            ))
        });
        let (member, change) = checked.await?;
        let entered = self.execute(command, async |tx| {
            let said = change.subject();
            let subject_id = said.as_deref().unwrap_or(subject_id);
            let subject = Subject::load(Db::from(&mut *tx), kind, subject_id).await?;
            not_own(&subject, &member.employee_number)?;
            // The sender of a list is responsible for it.
            if let Some(import) = &subject.import
                && import.staff_id != member.id
            {
                return Err(StaffRefusal::ImportUnknown.into());
            }
            rules::possible(tx, kind, &subject, &change, context.now).await?;
            differs(&change, &subject)?;
            apart(tx, kind, &subject, &contributor(&member), context.now).await?;
            put(
                tx,
                context.now,
                kind,
                &subject,
                &change,
                &contributor(&member),
            )
            .await
        });
        entered.await
    }

    /// Amends a waiting proposal as seen in `seen_version`. Whoever amends it counts as having entered it.
    ///
    /// # Errors
    /// As [`Self::propose`], and [`StaffRefusal::ProposalUnknown`], [`StaffRefusal::ProposalDecided`],
    /// [`StaffRefusal::ProposalStale`].
    pub async fn amend_proposal(
        &self,
        context: &RequestContext,
        proposal_id: &str,
        seen_version: i64,
        form: &ProposedChangeForm,
    ) -> Result<Proposal> {
        let command = context.command(AuditAction::ProposalAmended, ("proposal", proposal_id));
        self.revise(command, seen_version, Some(form)).await
    }

    /// Takes over a waiting proposal from somebody who is absent: its content stays, its responsible person changes.
    ///
    /// # Errors
    /// As [`Self::amend_proposal`].
    pub async fn take_over_proposal(
        &self,
        context: &RequestContext,
        proposal_id: &str,
        seen_version: i64,
    ) -> Result<Proposal> {
        let command = context.command(AuditAction::ProposalTakenOver, ("proposal", proposal_id));
        self.revise(command, seen_version, None).await
    }

    async fn revise(
        &self,
        command: Command<'_>,
        seen_version: i64,
        form: Option<&ProposedChangeForm>,
    ) -> Result<Proposal> {
        let (context, (_, proposal_id)) = (command.context, command.subject);
        let revised = self.execute(command, async |tx| {
            let before = waiting(tx, proposal_id).await?;
            let kind = before.kind;
            let member = self.staff_with(context, rights::may_enter(kind)).await?;
            let change = match form {
                Some(form) if kind != Kind::Incident => {
                    ProposedChange::check(kind, form, &self.settings.characters)?
                }
                Some(_) => return Err(StaffRefusal::NotInThatState.into()),
                None => ProposedChange::decode(kind, &before.content)?,
            };
            if change.subject().is_some_and(|said| said != before.subject) {
                // Another person, or another account, is another proposal.
                return Err(StaffRefusal::NotInThatState.into());
            }
            let subject = Subject::load(Db::from(&mut *tx), kind, &before.subject).await?;
            not_own(&subject, &member.employee_number)?;
            rules::possible(tx, kind, &subject, &change, context.now).await?;
            if form.is_some() {
                differs(&change, &subject)?;
            }
            let (content, seen, by) = (change.encode()?, subject.seen(kind), contributor(&member));
            apart(tx, kind, &subject, &by, context.now).await?;
            let revision = Revision {
                seen_version,
                how: if form.is_some() {
                    How::Amended
                } else {
                    How::TakenOver
                },
                content: &content,
                seen: &seen,
                by: &by,
                at: context.now,
            };
            if !proposals::revise(tx, proposal_id, &revision).await? {
                return Err(StaffRefusal::ProposalStale.into());
            }
            let detail = json!({
                "kind": kind, "subject": &before.subject, "from": &before.entered_by.staff_id,
                "was": before.content, "change": change, "version": seen_version + 1,
            });
            Ok(Outcome::done(stored(tx, proposal_id).await?).detail(detail))
        });
        revised.await
    }

    /// Withdraws a proposal: only the person responsible for it, and not 事故登録.
    ///
    /// # Errors
    /// [`StaffRefusal::NotYours`], [`Refusal::Fields`], and as [`Self::amend_proposal`].
    pub async fn withdraw_proposal(
        &self,
        context: &RequestContext,
        proposal_id: &str,
        seen_version: i64,
        reason: &str,
    ) -> Result<Proposal> {
        let command = context.command(AuditAction::ProposalWithdrawn, ("proposal", proposal_id));
        let withdrawn = self.execute(command, async |tx| {
            let proposal = waiting(tx, proposal_id).await?;
            let roles = rights::may_enter(proposal.kind);
            let member = self.staff_with(context, roles).await?;
            if proposal.kind == Kind::Incident {
                return Err(StaffRefusal::NotInThatState.into());
            }
            if proposal.entered_by.employee_number != member.employee_number {
                return Err(StaffRefusal::NotYours.into());
            }
            let reason = names::note(Field::Reason, reason);
            let reason = reason.map_err(|error| Refusal::Fields(vec![error]))?;
            let end = Decision {
                seen_version,
                state: State::Withdrawn,
                by: &contributor(&member),
                at: context.now,
                reason: Some(&reason),
            };
            if !proposals::decide(tx, proposal_id, &end).await? {
                return Err(StaffRefusal::ProposalStale.into());
            }
            let detail =
                json!({ "kind": proposal.kind, "subject": &proposal.subject, "reason": reason });
            Ok(Outcome::done(stored(tx, proposal_id).await?).detail(detail))
        });
        withdrawn.await
    }
}

/// Whether it changes anything.
fn differs(change: &ProposedChange, subject: &Subject) -> Result<()> {
    match change {
        ProposedChange::Details(new) => new.differs(subject),
        _ => Ok(()),
    }
}

/// Writes a new proposal; the subject of its audit row is the proposal itself.
pub(super) async fn put(
    tx: &mut Tx,
    now: Timestamp,
    kind: Kind,
    subject: &Subject,
    change: &ProposedChange,
    by: &Contributor,
) -> Result<Outcome<Proposal>> {
    let (proposal_id, content, seen) = (id::new_id()?, change.encode()?, subject.seen(kind));
    let new = NewProposal {
        id: &proposal_id,
        kind,
        subject: &subject.id,
        contract_id: subject
            .contract
            .as_ref()
            .map(|contract| contract.id.as_str()),
        content: &content,
        seen: &seen,
        by,
        at: now,
    };
    match proposals::insert(tx, &new).await {
        Err(StoreError::Duplicate(Unique::ProposalOpen)) => {
            return Err(StaffRefusal::ProposalExists.into());
        }
        other => other?,
    }
    let detail = json!({
        "kind": kind, "subject": &subject.id, "seen": seen, "change": change, "version": 1,
    });
    let done = Outcome::done(stored(tx, &proposal_id).await?);
    Ok(done.to("proposal", proposal_id).detail(detail))
}

/// The proposal, if it awaits approval.
pub(super) async fn waiting(tx: &mut Tx, proposal_id: &str) -> Result<Proposal> {
    let found = proposals::find(tx, proposal_id).await?;
    let proposal = found.ok_or(StaffRefusal::ProposalUnknown)?;
    if proposal.state != State::Entered {
        return Err(StaffRefusal::ProposalDecided.into());
    }
    Ok(proposal)
}

/// Nobody enters or decides anything about their own account.
pub(super) fn not_own(subject: &Subject, employee_number: &str) -> Result<()> {
    if subject.employee_number() == Some(employee_number) {
        return Err(StaffRefusal::OwnAffair.into());
    }
    Ok(())
}

/// The proposal in its current state.
pub(super) async fn stored(tx: &mut Tx, proposal_id: &str) -> Result<Proposal> {
    let proposal = proposals::find(tx, proposal_id).await?;
    Ok(proposal.ok_or(Fault::Inconsistent("proposal is gone"))?)
}

/// Whoever was shown the contract's temporary passwords has no part in its applications, and vice versa: the form that
/// an approver compares would come from the person who can register.
async fn apart(
    tx: &mut Tx,
    kind: Kind,
    subject: &Subject,
    by: &Contributor,
    now: Timestamp,
) -> Result<()> {
    let Some(contract_id) = grants_of(kind, subject) else {
        return Ok(());
    };
    if contract_duties::take(tx, contract_id, by, Side::Grant, now).await? {
        return Ok(());
    }
    Err(StaffRefusal::LetterSeen.into())
}
