//! The work list: what awaits the caller's decision, what they entered, what they decided.

use serde::Serialize;
use utoipa::ToSchema;

use super::call::{Asked, NoQuery};
use super::proposals::ProposalHead;
use crate::http::failure::Failure;
use crate::services::approvals::rights;

/// Most of the caller's own entries that are listed.
const OWN: i64 = 50;

/// Pending work, and the caller's own entries and decisions.
#[derive(Debug, Serialize, ToSchema)]
pub struct Work {
    /// Proposals that the caller may decide, oldest first.
    pub awaiting_my_decision: Vec<ProposalHead>,
    /// The latest entries of the caller's person.
    pub entered_by_me: Vec<ProposalHead>,
    /// The latest decisions of the caller's person.
    pub decided_by_me: Vec<ProposalHead>,
}

/// `GET /api/v1/work`.
pub async fn show(asked: Asked<NoQuery>) -> Result<Work, Failure> {
    let (accounts, member) = (asked.accounts(), &asked.call.member);
    let waiting = accounts.waiting_proposals(member).await?;
    let for_me = waiting.iter().filter(|line| {
        let proposal = &line.proposal;
        rights::may_decide(proposal.kind).contains(&member.role)
            && proposal.entered_by.employee_number != member.employee_number
    });
    let entered = accounts.own_proposals(member, OWN).await?;
    let decided = accounts.own_decisions(member, OWN).await?;
    Ok(Work {
        awaiting_my_decision: for_me.map(ProposalHead::from).collect(),
        entered_by_me: entered.iter().map(ProposalHead::from).collect(),
        decided_by_me: decided.iter().map(ProposalHead::from).collect(),
    })
}
