//! The second person decides, on exactly the version that was shown, if its subject has not changed.

use serde_json::json;

use super::entry::{not_own, waiting};
use super::proposed_change::ProposedChange;
use super::subject::Subject;
use super::{contributor, effect, rights, rules};
use crate::services::account_service::AccountService;
use crate::services::command::{Command, Outcome};
use crate::services::validation::{Field, names};
use crate::services::{Refusal, RequestContext, Result, StaffRefusal};
use crate::store::audit::AuditAction;
use crate::store::contract_duties::{self, Side};
use crate::store::proposals::{self, Contributor, Decision, Kind, Proposal, State};
use crate::store::staff::StaffMember;
use crate::store::{Db, Tx};

/// What an approval created.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decided {
    /// A grant (application, re-issue).
    pub grant: Option<String>,
    /// A staff account (new member).
    pub staff: Option<String>,
    /// A contract.
    pub contract: Option<String>,
}

impl AccountService<'_> {
    /// Approves: the change is made in the same transaction. `seen_version` is the version that was on the screen.
    ///
    /// # Errors
    /// [`StaffRefusal::ProposalUnknown`], [`Refusal::RoleMissing`], [`StaffRefusal::ProposalDecided`], [`Refusal::SamePerson`],
    /// [`StaffRefusal::OwnAffair`], [`StaffRefusal::ProposalStale`] (entry or subject changed since),
    /// [`StaffRefusal::LetterSeen`] and [`StaffRefusal::RegistrationMissing`] (grants), or that it cannot be done any more.
    pub async fn approve_proposal(
        &self,
        context: &RequestContext,
        proposal_id: &str,
        seen_version: i64,
    ) -> Result<Decided> {
        let command = context.command(AuditAction::ProposalApproved, ("proposal", proposal_id));
        let approved = self.execute(command, async |tx| {
            let case = self.case(tx, command, seen_version).await?;
            let (kind, proposal) = (case.proposal.kind, &case.proposal);
            // First: a changed subject is reported as the rule that it now breaks, if it breaks one.
            rules::possible(tx, kind, &case.subject, &case.change, context.now).await?;
            if case.subject.seen(kind) != proposal.seen {
                return Err(StaffRefusal::ProposalStale.into());
            }
            if rules::lacks_grantee(kind, &case.subject) {
                return Err(StaffRefusal::RegistrationMissing.into());
            }
            end(tx, command, seen_version, &case, State::Approved, None).await?;
            let (subject, change) = (&case.subject, &case.change);
            let done = effect::apply(self, tx, context, proposal, subject, change).await?;
            let detail = json!({
                "kind": kind, "subject": &proposal.subject, "version": seen_version, "entered_by":
                &proposal.entered_by.staff_id, "seen": &proposal.seen, "change": change,
                "grant": &done.grant, "staff": &done.staff, "contract": &done.contract,
            });
            Ok(Outcome::done(done).detail(detail))
        });
        approved.await
    }

    /// Rejects, with a reason. For 事故登録 this is the release: the certificate is active again.
    ///
    /// # Errors
    /// As [`Self::approve_proposal`], and [`Refusal::Fields`].
    pub async fn reject_proposal(
        &self,
        context: &RequestContext,
        proposal_id: &str,
        seen_version: i64,
        reason: &str,
    ) -> Result<()> {
        let command = context.command(AuditAction::ProposalRejected, ("proposal", proposal_id));
        let rejected = self.execute(command, async |tx| {
            let case = self.case(tx, command, seen_version).await?;
            let reason = names::note(Field::Reason, reason);
            let reason = reason.map_err(|error| Refusal::Fields(vec![error]))?;
            let (state, proposal) = (State::Rejected, &case.proposal);
            end(tx, command, seen_version, &case, state, Some(&reason)).await?;
            // Overtaken (released or revoked without it), there is nothing left to release: the review is closed.
            if proposal.kind == Kind::Incident && case.subject.is_held() {
                if case.subject.seen(proposal.kind) != proposal.seen {
                    return Err(StaffRefusal::ProposalStale.into());
                }
                effect::release(tx, context, &case.subject, &reason).await?;
            }
            let detail = json!({
                "kind": proposal.kind, "subject": &proposal.subject, "version": seen_version,
                "entered_by": &proposal.entered_by.staff_id, "reason": reason,
            });
            Ok(Outcome::done(()).detail(detail))
        });
        rejected.await
    }

    /// Checks that both decisions make first.
    async fn case(&self, tx: &mut Tx, command: Command<'_>, seen_version: i64) -> Result<Case> {
        let Command {
            context,
            subject: (_, proposal_id),
            ..
        } = command;
        let proposal = match waiting(tx, proposal_id).await {
            Ok(proposal) => proposal,
            Err(refusal) => {
                // A role that may decide nothing gets that refusal, and does not learn what awaits approval.
                self.staff_with(context, DECIDERS).await?;
                return Err(refusal);
            }
        };
        let roles = rights::may_decide(proposal.kind);
        let member: StaffMember = self.staff_with(context, roles).await?;
        let contributors = proposals::revisions(&mut *tx, &proposal.id).await?;
        if contributors
            .iter()
            .any(|touch| touch.by.employee_number == member.employee_number)
        {
            return Err(Refusal::SamePerson.into());
        }
        if proposal.version != seen_version {
            return Err(StaffRefusal::ProposalStale.into());
        }
        let subject = Subject::load(Db::from(&mut *tx), proposal.kind, &proposal.subject).await?;
        not_own(&subject, &member.employee_number)?;
        if let Some(contract_id) = grants_of(proposal.kind, &subject) {
            let side =
                contract_duties::side_of(&mut *tx, contract_id, &member.employee_number).await?;
            if side == Some(Side::Letter) {
                return Err(StaffRefusal::LetterSeen.into());
            }
        }
        Ok(Case {
            change: ProposedChange::decode(proposal.kind, &proposal.content)?,
            by: contributor(&member),
            proposal,
            subject,
        })
    }
}

const DECIDERS: &[crate::store::staff::Role] = &[
    crate::store::staff::Role::Approver,
    crate::store::staff::Role::SecurityOfficer,
];

struct Case {
    proposal: Proposal,
    subject: Subject,
    change: ProposedChange,
    by: Contributor,
}

/// The contract whose grants a decision concerns.
pub(super) fn grants_of(kind: Kind, subject: &Subject) -> Option<&str> {
    match kind {
        Kind::Application | Kind::Reissue => {
            subject.contract.as_ref().map(|contract| &*contract.id)
        }
        _ => None,
    }
}

async fn end(
    tx: &mut Tx,
    command: Command<'_>,
    seen_version: i64,
    case: &Case,
    state: State,
    reason: Option<&str>,
) -> Result<()> {
    let (now, (_, proposal_id)) = (command.context.now, command.subject);
    // Whoever decides on an application is shown no letter of this contract from now on.
    if let Some(contract_id) = grants_of(case.proposal.kind, &case.subject)
        && !contract_duties::take(tx, contract_id, &case.by, Side::Grant, now).await?
    {
        return Err(StaffRefusal::LetterSeen.into());
    }
    let decision = Decision {
        seen_version,
        state,
        by: &case.by,
        at: now,
        reason,
    };
    if !proposals::decide(tx, proposal_id, &decision).await? {
        return Err(StaffRefusal::ProposalStale.into());
    }
    Ok(())
}
