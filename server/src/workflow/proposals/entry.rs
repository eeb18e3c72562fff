//! Entering a proposal, and what its own side may still do with it: amend, take over, withdraw.

use jiff::Timestamp;
use serde_json::json;

use super::decision::grants_of;
use super::subject::Subject;
use super::wish::{Wish, WishForm};
use super::{hand, rights, rules};
use crate::store::contract_duties::{self, Side};
use crate::store::proposals::{
    self, Decision, Hand, How, Kind, NewProposal, Proposal, Revision, State,
};
use crate::store::{Db, StoreError, Tx, Unique, id};
use crate::workflow::deed::Deed;
use crate::workflow::people::People;
use crate::workflow::validation::{Field, names};
use crate::workflow::{Caller, Fault, Refusal, Result, StaffRefusal};

impl People<'_> {
    /// Enters a proposal about `subject_id` (of a contract and a newcomer: nothing, the form has account and employee
    /// number).
    /// 事故登録 is entered by [`People::report_incident`](super::incident).
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`], [`Refusal::Fields`], that the subject is unknown or not in a state for it,
    /// [`StaffRefusal::ProposalExists`], [`StaffRefusal::OwnAffair`].
    pub async fn propose(
        &self,
        staff_id: &str,
        kind: Kind,
        subject_id: &str,
        form: &WishForm,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Proposal> {
        let deed = Deed {
            staff_id,
            action: "proposal.entered",
            kind: kind.as_str(),
            subject: subject_id,
            caller,
            now,
        };
        let result = self.try_propose(deed, kind, form).await;
        self.audited(deed, result).await
    }

    async fn try_propose(&self, deed: Deed<'_>, kind: Kind, form: &WishForm) -> Result<Proposal> {
        let member = self
            .staff_with(deed.staff_id, rights::may_enter(kind))
            .await?;
        if kind == Kind::Incident {
            return Err(StaffRefusal::NotInThatState.into());
        }
        let wish = Wish::check(kind, form, &self.settings.characters)?;
        let said = wish.subject();
        let subject_id = said.as_deref().unwrap_or(deed.subject);
        let mut tx = self.store.begin().await?;
        let subject = Subject::load(Db::from(&mut tx), kind, subject_id).await?;
        not_own(&subject, &member.person)?;
        // Who sends a list answers for it.
        if let Some(import) = &subject.import
            && import.staff_id != deed.staff_id
        {
            return Err(StaffRefusal::ImportUnknown.into());
        }
        rules::possible(&mut tx, kind, &subject, &wish, deed.now).await?;
        apart(&mut tx, kind, &subject, &hand(&member), deed.now).await?;
        self.put(tx, deed, kind, &subject, &wish, &hand(&member))
            .await
    }

    /// Writes the proposal and its audit row, and commits.
    pub(super) async fn put(
        &self,
        mut tx: Tx,
        deed: Deed<'_>,
        kind: Kind,
        subject: &Subject,
        wish: &Wish,
        by: &Hand,
    ) -> Result<Proposal> {
        let (proposal_id, content, seen) = (id::new_id()?, wish.encode()?, subject.seen(kind));
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
            at: deed.now,
        };
        match proposals::insert(&mut tx, &new).await {
            Err(StoreError::Duplicate(Unique::ProposalOpen)) => {
                return Err(StaffRefusal::ProposalExists.into());
            }
            other => other?,
        }
        let deed = Deed {
            kind: "proposal",
            subject: &proposal_id,
            ..deed
        };
        let detail = json!({
            "kind": kind, "subject": &subject.id, "seen": seen, "wish": wish, "version": 1,
        });
        deed.entry().detail(detail).write(&mut tx, deed.now).await?;
        committed(tx, &proposal_id).await
    }

    /// Amends a waiting proposal as seen in `seen_version`. Whoever amends it has entered it.
    ///
    /// # Errors
    /// As [`Self::propose`], and [`StaffRefusal::ProposalUnknown`], [`StaffRefusal::ProposalDecided`],
    /// [`StaffRefusal::ProposalStale`].
    pub async fn amend_proposal(
        &self,
        staff_id: &str,
        proposal_id: &str,
        seen_version: i64,
        form: &WishForm,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Proposal> {
        let deed = on(staff_id, "proposal.amended", proposal_id, caller, now);
        let result = self.try_revise(deed, seen_version, Some(form)).await;
        self.audited(deed, result).await
    }

    /// Takes a waiting proposal over from somebody who is away: what it says stays, who answers for it changes.
    ///
    /// # Errors
    /// As [`Self::amend_proposal`].
    pub async fn take_over_proposal(
        &self,
        staff_id: &str,
        proposal_id: &str,
        seen_version: i64,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Proposal> {
        let deed = on(staff_id, "proposal.taken-over", proposal_id, caller, now);
        let result = self.try_revise(deed, seen_version, None).await;
        self.audited(deed, result).await
    }

    async fn try_revise(
        &self,
        deed: Deed<'_>,
        seen_version: i64,
        form: Option<&WishForm>,
    ) -> Result<Proposal> {
        let mut tx = self.store.begin().await?;
        let before = waiting(&mut tx, deed.subject).await?;
        let kind = before.kind;
        let member = self
            .staff_with(deed.staff_id, rights::may_enter(kind))
            .await?;
        let wish = match form {
            Some(form) if kind != Kind::Incident => {
                Wish::check(kind, form, &self.settings.characters)?
            }
            Some(_) => return Err(StaffRefusal::NotInThatState.into()),
            None => Wish::decode(kind, &before.content)?,
        };
        if wish.subject().is_some_and(|said| said != before.subject) {
            // Somebody else, and another account, is another proposal.
            return Err(StaffRefusal::NotInThatState.into());
        }
        let subject = Subject::load(Db::from(&mut tx), kind, &before.subject).await?;
        not_own(&subject, &member.person)?;
        rules::possible(&mut tx, kind, &subject, &wish, deed.now).await?;
        let (content, seen, by) = (wish.encode()?, subject.seen(kind), hand(&member));
        apart(&mut tx, kind, &subject, &by, deed.now).await?;
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
            at: deed.now,
        };
        if !proposals::revise(&mut tx, deed.subject, &revision).await? {
            return Err(StaffRefusal::ProposalStale.into());
        }
        let detail = json!({
            "kind": kind, "subject": &before.subject, "from": &before.entered_by.staff_id,
            "was": before.content, "wish": wish, "version": seen_version + 1,
        });
        deed.entry().detail(detail).write(&mut tx, deed.now).await?;
        committed(tx, deed.subject).await
    }

    /// Takes a proposal back: only who entered it last, and not 事故登録.
    ///
    /// # Errors
    /// [`StaffRefusal::NotYours`], [`Refusal::Fields`], and as [`Self::amend_proposal`].
    pub async fn withdraw_proposal(
        &self,
        staff_id: &str,
        proposal_id: &str,
        seen_version: i64,
        reason: &str,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Proposal> {
        let deed = on(staff_id, "proposal.withdrawn", proposal_id, caller, now);
        let result = self.try_withdraw(deed, seen_version, reason).await;
        self.audited(deed, result).await
    }

    async fn try_withdraw(
        &self,
        deed: Deed<'_>,
        seen_version: i64,
        reason: &str,
    ) -> Result<Proposal> {
        let mut tx = self.store.begin().await?;
        let proposal = waiting(&mut tx, deed.subject).await?;
        let roles = rights::may_enter(proposal.kind);
        let member = self.staff_with(deed.staff_id, roles).await?;
        if proposal.kind == Kind::Incident {
            return Err(StaffRefusal::NotInThatState.into());
        }
        if proposal.entered_by.person != member.person {
            return Err(StaffRefusal::NotYours.into());
        }
        let reason = names::note(Field::Reason, reason);
        let reason = reason.map_err(|error| Refusal::Fields(vec![error]))?;
        let end = Decision {
            seen_version,
            state: State::Withdrawn,
            by: &hand(&member),
            at: deed.now,
            reason: Some(&reason),
        };
        if !proposals::decide(&mut tx, deed.subject, &end).await? {
            return Err(StaffRefusal::ProposalStale.into());
        }
        let detail =
            json!({ "kind": proposal.kind, "subject": &proposal.subject, "reason": reason });
        deed.entry().detail(detail).write(&mut tx, deed.now).await?;
        committed(tx, deed.subject).await
    }
}

/// A deed on a proposal.
pub(super) fn on<'a>(
    staff_id: &'a str,
    action: &'static str,
    proposal_id: &'a str,
    caller: Caller,
    now: Timestamp,
) -> Deed<'a> {
    Deed {
        staff_id,
        action,
        kind: "proposal",
        subject: proposal_id,
        caller,
        now,
    }
}

/// The proposal, if it waits.
pub(super) async fn waiting(tx: &mut Tx, proposal_id: &str) -> Result<Proposal> {
    let found = proposals::find(tx, proposal_id).await?;
    let proposal = found.ok_or(StaffRefusal::ProposalUnknown)?;
    if proposal.state != State::Entered {
        return Err(StaffRefusal::ProposalDecided.into());
    }
    Ok(proposal)
}

/// Nobody enters or decides what their own account is to be.
pub(super) fn not_own(subject: &Subject, person: &str) -> Result<()> {
    if subject.person() == Some(person) {
        return Err(StaffRefusal::OwnAffair.into());
    }
    Ok(())
}

pub(super) async fn committed(mut tx: Tx, proposal_id: &str) -> Result<Proposal> {
    let proposal = proposals::find(&mut tx, proposal_id).await?;
    let proposal = proposal.ok_or(Fault::Inconsistent("proposal is gone"))?;
    tx.commit().await?;
    Ok(proposal)
}

/// Whoever was shown the contract's temporary passwords has no hand in its applications, and the other way round: the form
/// that an approver compares would come from the person who can register.
async fn apart(
    tx: &mut Tx,
    kind: Kind,
    subject: &Subject,
    by: &Hand,
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
