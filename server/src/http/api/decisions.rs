//! Decisions of another person, on exactly the version that they have seen.

use serde::Serialize;
use utoipa::ToSchema;

use super::call::Command;
use super::entries::{Seen, SeenWithReason};
use super::word;
use crate::http::failure::Failure;
use crate::services::approvals::State;

/// Result of a decision.
#[derive(Debug, Serialize, ToSchema)]
pub struct Decision {
    /// The proposal.
    pub id: String,
    /// State.
    pub state: word::ProposalState,
    /// The grant that the approval created (application, re-issue).
    pub grant_id: Option<String>,
    /// The account that the approval created (new member of staff).
    pub staff_id: Option<String>,
    /// The contract that the approval recorded.
    pub contract_id: Option<String>,
}

/// `POST /api/v1/proposals/{id}/approve`.
pub async fn approve(command: Command<Seen>) -> Result<Decision, Failure> {
    let (call, accounts, version) = (&command.call, command.accounts(), command.body.version);
    let done = accounts.approve_proposal(&call.context, &call.id, version);
    let done = done.await?;
    Ok(Decision {
        id: call.id.clone(),
        state: State::Approved.into(),
        grant_id: done.grant,
        staff_id: done.staff,
        contract_id: done.contract,
    })
}

/// `POST /api/v1/proposals/{id}/reject`.
pub async fn reject(command: Command<SeenWithReason>) -> Result<Decision, Failure> {
    let (call, accounts, body) = (&command.call, command.accounts(), &command.body);
    let done = accounts.reject_proposal(&call.context, &call.id, body.version, &body.reason);
    done.await?;
    Ok(Decision {
        id: call.id.clone(),
        state: State::Rejected.into(),
        grant_id: None,
        staff_id: None,
        contract_id: None,
    })
}
