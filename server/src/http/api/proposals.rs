//! Proposals for readers: in lists, and with everything that the person who decides must have seen.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::call::{Asked, NoQuery};
use super::changes::{Change, changes};
use super::contracts::Contract;
use super::page::{self, Place, page};
use super::refusal::ApiProblem;
use super::snapshot::{Grantee, ListSeen, NewContract, RecentEvent};
use super::staff::Member;
use super::word;
use crate::http::failure::Failure;
use crate::http::problem::HttpProblem;
use crate::services::approvals::listed::{self, Place as Before};
use crate::services::approvals::{
    Kind, Proposal, ProposalLine, ProposalView, ProposedChange, State,
};

/// State of a proposal.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposalHead {
    /// Id.
    pub id: String,
    /// What is proposed.
    pub kind: word::ProposalKind,
    /// State.
    pub state: word::ProposalState,
    /// Version, counted from 1; send it with every decision.
    #[schema(example = 1)]
    pub version: i64,
    /// Id of its subject; for a new member of staff, the employee number.
    pub subject: String,
    /// Its contract.
    pub contract_id: Option<String>,
    /// The account that last entered, amended or took over it.
    pub entered_by: String,
    /// When.
    pub entered_at: Timestamp,
    /// The account that decided or withdrew it.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// Reason for the rejection or withdrawal.
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

/// Content of a proposal; its members depend on the kind.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct ProposedChangeView {
    /// The contract to be recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract: Option<NewContract>,
    /// Number of the paper form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// What happened, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Reason for the revocation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocation_reason: Option<String>,
    /// How the customer's identity was checked, for a change of registered details.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_check: Option<String>,
    /// Login ID of the next master, if the master leaves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub successor: Option<String>,
    /// Name of the new member of staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Employee number of the new member of staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub employee_number: Option<String>,
    /// The proposed role.
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
        let (identity_check, successor) = match change {
            ProposedChange::Details(new) => (said(&new.identity_check), None),
            ProposedChange::Leave { successor, .. } => (None, said(successor)),
            _ => (None, None),
        };
        Self {
            identity_check,
            successor,
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

/// A contributor to a proposal, who cannot decide it with any account.
#[derive(Debug, Serialize, ToSchema)]
pub struct Touch {
    /// The resulting version.
    pub version: i64,
    /// What it did.
    pub how: word::How,
    /// The account.
    pub staff_id: String,
    /// Its name.
    pub name: String,
    /// When.
    pub at: Timestamp,
    /// The content of the proposal from then on.
    pub change: ProposedChangeView,
}

/// A proposal with everything that the person who decides must have seen.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposalDetail {
    /// The proposal.
    pub proposal: ProposalHead,
    /// Its content.
    pub change: ProposedChangeView,
    /// Its contract, in the current state.
    pub contract: Option<Contract>,
    /// ログインID of its user.
    pub login_id: Option<String>,
    /// For an application and a re-issue: the user who gets the certificate. Absent until somebody has registered; until then it cannot be approved.
    pub grantee: Option<Grantee>,
    /// For the same: issues and changes of that user in the configured days, newest first.
    pub recent: Vec<RecentEvent>,
    /// For the same: from when the certificate could be issued, if it were approved now; absent if at once.
    pub usable_from: Option<Timestamp>,
    /// Its list.
    pub list: Option<ListSeen>,
    /// Serial number of its certificate.
    pub serial: Option<String>,
    /// Its staff account.
    pub member: Option<Member>,
    /// What the approval changes.
    pub changes: Vec<Change>,
    /// Everyone who contributed to it, oldest first.
    pub contributors: Vec<Touch>,
    /// False if its subject has changed since: it must be amended before it can be approved.
    pub current: bool,
    /// The code with which an approval by the caller would be refused; absent if it would be accepted.
    #[schema(example = "same-person")]
    pub hindrance: Option<&'static str>,
}

/// `GET /api/v1/proposals/{id}`.
pub async fn read(asked: Asked<NoQuery>) -> Result<ProposalDetail, Failure> {
    let (accounts, member) = (asked.accounts(), &asked.call.member);
    let view = accounts
        .proposal(member, &asked.call.id, asked.call.context.now)
        .await?;
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
        recent: view.recent.iter().map(RecentEvent::from).collect(),
        usable_from: view.usable_from,
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
    /// In this state.
    #[param(value_type = Option<word::ProposalState>, inline)]
    state: Option<State>,
    /// Of this kind.
    #[param(value_type = Option<word::ProposalKind>, inline)]
    kind: Option<Kind>,
    /// Of this contract.
    contract_id: Option<String>,
    /// Start of the page: `next` of the previous page.
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
