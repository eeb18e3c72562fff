//! Proposals as they are shown: lists of waiting and decided ones, and the page of one.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::decision::grants_of;
use super::proposed_change::ProposedChange;
use super::recent::Recent;
use super::subject::Subject;
use super::{grant_effect, rights, rules};
use crate::services::account_service::AccountService;
use crate::services::accounts::counter::reset_letter;
use crate::services::{Refusal, Result, StaffRefusal};
use crate::store::contract_duties::{self, Side};
use crate::store::proposals::{self, Customer, Kind, Proposal, ProposalRevision, State};
use crate::store::staff::{self, StaffMember};

/// Maximum number of waiting proposals of each kind in one list.
const LISTED: i64 = 200;

/// A proposal in a list.
#[derive(Debug, Clone)]
pub struct ProposalLine {
    /// The proposal.
    pub proposal: Proposal,
    /// Name of the person who entered it.
    pub entered_by: String,
    /// Whether that account has left: a colleague must take it over.
    pub orphan: bool,
    /// Name of the person who decided it.
    pub decided_by: Option<String>,
    /// Name of the member of staff, present or future, whom it concerns.
    pub staff: Option<String>,
}

/// A proposal on its page: what the person who decides must have seen.
#[derive(Debug, Clone)]
pub struct ProposalView {
    /// The proposal; its `version` is sent back with the decision.
    pub proposal: Proposal,
    /// Its content.
    pub change: ProposedChange,
    /// Its subject, in the current state.
    pub subject: Subject,
    /// Every contributor, with the name, and the content at that version.
    pub contributors: Vec<(ProposalRevision, String, ProposedChange)>,
    /// Name of the person who decided it.
    pub decided_by: Option<String>,
    /// Whether the viewer was shown a letter with the contract's passwords, and it concerns a grant.
    pub letter_seen: bool,
    /// What happened lately to the user who would get a certificate, newest first.
    pub recent: Vec<Recent>,
    /// From when the certificate could be issued, if it were approved now; `None`: at once, or it gives none.
    pub usable_from: Option<Timestamp>,
    /// Whether it is an approved reset of passwords whose letter was not shown yet.
    pub letter_due: bool,
}

impl ProposalView {
    /// False if the subject has changed since the entry: it must be amended before it can be approved.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.proposal.state != State::Entered
            || self.subject.seen(self.proposal.kind) == self.proposal.seen
    }

    /// Whether this member is a contributor.
    #[must_use]
    pub fn is_by(&self, member: &StaffMember) -> bool {
        self.contributors
            .iter()
            .any(|(touch, ..)| touch.by.employee_number == member.employee_number)
    }

    /// Why this member cannot decide it; `None` if they can.
    #[must_use]
    pub fn hindrance(&self, member: &StaffMember) -> Option<Refusal> {
        let kind = self.proposal.kind;
        if self.proposal.state != State::Entered {
            return Some(StaffRefusal::ProposalDecided.into());
        }
        if self.is_by(member) {
            return Some(Refusal::SamePerson);
        }
        if !rights::may_decide(kind).contains(&member.role) {
            return Some(Refusal::RoleMissing);
        }
        if self.subject.employee_number() == Some(&member.employee_number) {
            return Some(StaffRefusal::OwnAffair.into());
        }
        if self.letter_seen {
            return Some(StaffRefusal::LetterSeen.into());
        }
        if !self.is_current() {
            return Some(StaffRefusal::ProposalStale.into());
        }
        if rules::lacks_grantee(kind, &self.subject) {
            return Some(StaffRefusal::RegistrationMissing.into());
        }
        None
    }
}

impl AccountService<'_> {
    /// A proposal as shown to this member.
    ///
    /// # Errors
    /// [`StaffRefusal::ProposalUnknown`], also if the role may not see it.
    pub async fn proposal(
        &self,
        member: &StaffMember,
        proposal_id: &str,
        now: Timestamp,
    ) -> Result<ProposalView> {
        let proposal = proposals::find(self.store, proposal_id)
            .await?
            .filter(|proposal| rights::may_read(proposal.kind).contains(&member.role))
            .ok_or(StaffRefusal::ProposalUnknown)?;
        let names = self.names().await?;
        let touches = proposals::revisions(self.store, proposal_id).await?;
        let contributors = touches.into_iter().map(|touch| {
            let change = ProposedChange::decode(proposal.kind, &touch.content)?;
            let name = names.get(&touch.by.staff_id).cloned().unwrap_or_default();
            Ok((touch, name, change))
        });
        let subject = Subject::load(self.store.into(), proposal.kind, &proposal.subject).await?;
        let side = match grants_of(proposal.kind, &subject) {
            Some(contract_id) => {
                contract_duties::side_of(self.store, contract_id, &member.employee_number).await?
            }
            None => None,
        };
        let letter_due = proposal.kind == Kind::PasswordReset
            && reset_letter::is_due(self.store.into(), &proposal, now).await?;
        let waits = match proposal.kind {
            Kind::Application | Kind::Reissue => grant_effect::is_again(&subject),
            _ => false,
        };
        Ok(ProposalView {
            letter_due,
            recent: self.recent(proposal.kind, &subject, now).await?,
            usable_from: waits.then(|| self.usable_from(now)).flatten(),
            change: ProposedChange::decode(proposal.kind, &proposal.content)?,
            subject,
            letter_seen: side == Some(Side::Letter),
            contributors: contributors.collect::<Result<_>>()?,
            decided_by: decider(&proposal, &names),
            proposal,
        })
    }

    /// Waiting proposals that this member may see, oldest first.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn waiting_proposals(&self, member: &StaffMember) -> Result<Vec<ProposalLine>> {
        let mut seen = Vec::new();
        // Each kind separately: many of one, which others decide, hide none of another.
        for &kind in Kind::ALL {
            if rights::may_read(kind).contains(&member.role) {
                seen.extend(proposals::waiting(self.store, kind, LISTED).await?);
            }
        }
        seen.sort_by(|a, b| (a.entered_at, &a.id).cmp(&(b.entered_at, &b.id)));
        self.lines(seen).await
    }

    /// Proposals to which this person contributed, with their results, also if a colleague took them over; newest first.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn own_proposals(
        &self,
        member: &StaffMember,
        limit: i64,
    ) -> Result<Vec<ProposalLine>> {
        let own = proposals::contributed_by(self.store, &member.employee_number, limit).await?;
        self.lines(own).await
    }

    /// The latest decisions of this person; newest first.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn own_decisions(
        &self,
        member: &StaffMember,
        limit: i64,
    ) -> Result<Vec<ProposalLine>> {
        let own =
            proposals::decided_by_employee(self.store, &member.employee_number, limit).await?;
        self.lines(own).await
    }

    /// The proposals of a contract; newest first.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn contract_proposals(
        &self,
        contract_id: &str,
        limit: i64,
    ) -> Result<Vec<ProposalLine>> {
        let found = proposals::of_contract(self.store, contract_id, limit).await?;
        self.lines(found).await
    }

    /// The subject of an entry of this kind about `subject_id`, for the form.
    ///
    /// # Errors
    /// The subject is unknown.
    pub async fn proposal_subject(&self, kind: Kind, subject_id: &str) -> Result<Subject> {
        Subject::load(self.store.into(), kind, subject_id).await
    }

    pub(super) async fn lines(&self, found: Vec<Proposal>) -> Result<Vec<ProposalLine>> {
        let everybody = staff::list(self.store).await?;
        let gone: HashSet<String> = everybody
            .iter()
            .filter(|member| member.status == staff::Status::Left)
            .map(|member| member.id.clone())
            .collect();
        let names = by_id(everybody);
        let name = |id: &str| names.get(id).cloned().unwrap_or_default();
        let lines = found.into_iter().map(|mut proposal| {
            if let Some(customer) = customer(&proposal)? {
                proposal.customer = Some(customer);
            }
            Ok(ProposalLine {
                entered_by: name(&proposal.entered_by.staff_id),
                orphan: proposal.state == State::Entered
                    && gone.contains(&proposal.entered_by.staff_id),
                decided_by: decider(&proposal, &names),
                staff: staff_name(&proposal, &names)?,
                proposal,
            })
        });
        lines.collect()
    }

    async fn names(&self) -> Result<HashMap<String, String>> {
        Ok(by_id(staff::list(self.store).await?))
    }
}

/// The customer of a contract that is not recorded yet.
fn customer(proposal: &Proposal) -> Result<Option<Customer>> {
    if proposal.kind != Kind::Contract || proposal.customer.is_some() {
        return Ok(None);
    }
    let ProposedChange::Contract(new) = ProposedChange::decode(proposal.kind, &proposal.content)?
    else {
        return Ok(None);
    };
    Ok(Some(Customer {
        branch: new.branch,
        account_type: new.account_type,
        account: new.account,
        company_name: new.company_name,
    }))
}

/// The name of the member of staff whom a proposal concerns.
fn staff_name(proposal: &Proposal, names: &HashMap<String, String>) -> Result<Option<String>> {
    Ok(match proposal.kind {
        Kind::StaffRole | Kind::StaffLeave => names.get(&proposal.subject).cloned(),
        Kind::StaffAdd => match ProposedChange::decode(proposal.kind, &proposal.content)? {
            ProposedChange::Newcomer { name, .. } => Some(name),
            _ => None,
        },
        _ => None,
    })
}

fn by_id(everybody: Vec<StaffMember>) -> HashMap<String, String> {
    let everybody = everybody.into_iter();
    everybody.map(|member| (member.id, member.name)).collect()
}

fn decider(proposal: &Proposal, names: &HashMap<String, String>) -> Option<String> {
    let by = proposal.decided_by.as_ref()?;
    names.get(&by.staff_id).cloned()
}
