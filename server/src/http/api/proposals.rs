//! Proposals as they are read: in lists, and with what the person who decides must have seen.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::call::{Asked, NoQuery};
use super::changes::{Change, changes};
use super::contracts::Contract;
use super::page::{self, Place, page};
use super::refusal::ApiProblem;
use super::snapshot::{Grantee, ListSeen, NewContract};
use super::staff::Member;
use super::word;
use crate::http::failure::Failure;
use crate::http::problem::HttpProblem;
use crate::services::approvals::listed::{self, Place as Before};
use crate::services::approvals::{
    Kind, Proposal, ProposalLine, ProposalView, ProposedChange, State,
};

/// Where a proposal stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposalHead {
    /// Id.
    pub id: String,
    /// What is proposed.
    pub kind: word::ProposalKind,
    /// Where it stands.
    pub state: word::ProposalState,
    /// Counts changes from 1: goes back with every decision.
    #[schema(example = 1)]
    pub version: i64,
    /// Id of what it is about; of a newcomer the employee number.
    pub subject: String,
    /// The contract it concerns.
    pub contract_id: Option<String>,
    /// The account that entered it last.
    pub entered_by: String,
    /// When.
    pub entered_at: Timestamp,
    /// The account that decided it, or took it back.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// Why it was rejected or withdrawn.
    pub reason: Option<String>,
}

impl From<&Proposal> for ProposalHead {
    fn from(row: &Proposal) -> Self {
        Self {
            id: row.id.clone(),
            kind: row.kind.into(),
            state: row.state.into(),
            version: row.version,
            subject: row.subject.clone(),
            contract_id: row.contract_id.clone(),
            entered_by: row.entered_by.staff_id.clone(),
            entered_at: row.entered_at,
            decided_by: row.decided_by.as_ref().map(|by| by.staff_id.clone()),
            decided_at: row.decided_at,
            reason: row.reason.clone(),
        }
    }
}

impl From<&ProposalLine> for ProposalHead {
    fn from(line: &ProposalLine) -> Self {
        (&line.proposal).into()
    }
}

page! {
    /// Proposals.
    ProposalPage of ProposalHead
}

/// What a proposal says; each kind has its own of these.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct ProposedChangeView {
    /// The contract that is to be put into the database.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract: Option<NewContract>,
    /// Number of the paper form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// What happened, why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Why a certificate ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocation_reason: Option<String>,
    /// Name of a newcomer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Employee number of a newcomer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub employee_number: Option<String>,
    /// The role asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<word::StaffRole>,
}

impl From<&ProposedChange> for ProposedChangeView {
    fn from(change: &ProposedChange) -> Self {
        let said = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let (name, employee_number) = match change {
            ProposedChange::Newcomer {
                name,
                employee_number,
                ..
            } => (said(name), said(employee_number)),
            _ => (None, None),
        };
        Self {
            contract: NewContract::of(change),
            reference: said(change.reference()),
            note: said(change.note()),
            revocation_reason: change
                .revocation_reason()
                .map(|why| why.as_str().to_owned()),
            name,
            employee_number,
            role: change.role().map(word::StaffRole),
        }
    }
}

/// Somebody who contributed to a proposal; none of them decides it, with whichever account.
#[derive(Debug, Serialize, ToSchema)]
pub struct Touch {
    /// The version it made.
    pub version: i64,
    /// What it did.
    pub how: word::How,
    /// The account.
    pub staff_id: String,
    /// Its name.
    pub name: String,
    /// When.
    pub at: Timestamp,
    /// What the proposal said from then on.
    pub change: ProposedChangeView,
}

/// A proposal with what the person who decides must have seen.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposalDetail {
    /// The proposal.
    pub proposal: ProposalHead,
    /// What it says.
    pub change: ProposedChangeView,
    /// The contract it concerns, as it is now.
    pub contract: Option<Contract>,
    /// ログインID of the user it concerns.
    pub login_id: Option<String>,
    /// Who gets the certificate, of an application and a re-issue; nothing while nobody has registered: then it cannot be
    /// approved.
    pub grantee: Option<Grantee>,
    /// The list it concerns.
    pub list: Option<ListSeen>,
    /// Serial number of the certificate it concerns.
    pub serial: Option<String>,
    /// The account it concerns.
    pub member: Option<Member>,
    /// What the approval changes.
    pub changes: Vec<Change>,
    /// Everyone who contributed to it, oldest first.
    pub contributors: Vec<Touch>,
    /// False when what it is about has changed since: it must be amended before it is approved.
    pub current: bool,
    /// The code with which an approval by the caller would be refused; nothing if it would not.
    #[schema(example = "same-person")]
    pub hindrance: Option<&'static str>,
}

/// `GET /api/v1/proposals/{id}`.
pub async fn read(asked: Asked<NoQuery>) -> Result<ProposalDetail, Failure> {
    let (accounts, member) = (asked.accounts(), &asked.call.member);
    let view = accounts.proposal(member, &asked.call.id).await?;
    let hindrance = view.hindrance(member).map(|refused| refused.code());
    let ProposalView {
        proposal,
        change,
        subject,
        contributors,
        ..
    } = &view;
    let contributors = contributors.iter().map(|(touch, name, change)| Touch {
        version: touch.version,
        how: touch.how.into(),
        staff_id: touch.by.staff_id.clone(),
        name: name.clone(),
        at: touch.at,
        change: change.into(),
    });
    Ok(ProposalDetail {
        proposal: proposal.into(),
        change: change.into(),
        contract: subject.contract.as_ref().map(Contract::from),
        login_id: subject.user.as_ref().map(|user| user.login_id.clone()),
        grantee: Grantee::of(proposal.kind, subject),
        list: ListSeen::of(subject),
        serial: subject.certificate.as_ref().map(|one| one.serial.clone()),
        member: subject.staff.as_ref().map(Member::from),
        changes: changes(proposal, subject, change),
        contributors: contributors.collect(),
        current: view.is_current(),
        hindrance,
    })
}

/// Which proposals.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Standing so.
    #[param(value_type = Option<word::ProposalState>, inline)]
    state: Option<State>,
    /// Of this kind.
    #[param(value_type = Option<word::ProposalKind>, inline)]
    kind: Option<Kind>,
    /// About this contract.
    contract_id: Option<String>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// Lines of a page.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

/// `GET /api/v1/proposals`.
pub async fn list(asked: Asked<Which>) -> Result<ProposalPage, Failure> {
    let Which {
        state,
        kind,
        contract_id,
        cursor,
        limit,
    } = &asked.query;
    let words = [
        state.map_or("", State::as_str),
        kind.map_or("", Kind::as_str),
        contract_id.as_deref().unwrap_or_default(),
    ];
    let place = Place::read("proposals", &words, 2, *limit, cursor.as_deref())?;
    let before = match (place.number()?, place.after.as_deref()) {
        (Some(at), Some([_, id])) => Some(Before {
            at: page::time(at)?,
            id: id.clone(),
        }),
        (None, None) => None,
        _ => return Err(HttpProblem::Api(ApiProblem::CursorInvalid).into()),
    };
    let wanted = listed::Asked {
        kind: *kind,
        state: *state,
        contract_id: contract_id.clone(),
    };
    let (accounts, member) = (asked.accounts(), &asked.call.member);
    let found = accounts.proposals_before(member, &wanted, before.as_ref(), place.fetch().into());
    let (found, next) = place.cut(found.await?, |line| {
        let proposal = &line.proposal;
        let at = proposal.entered_at.as_second().to_string();
        vec![at, proposal.id.clone()]
    });
    let items = found.iter().map(ProposalHead::from).collect();
    Ok(ProposalPage { items, next })
}
