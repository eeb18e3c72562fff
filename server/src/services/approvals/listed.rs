//! Proposals for programs: those that a role may see, newest first, page by page.

use super::ProposalLine;
use super::rights;
use crate::services::Result;
use crate::services::account_service::AccountService;
use crate::store::proposals::page::{self, Filter};
use crate::store::proposals::{Kind, State};
use crate::store::staff::StaffMember;

pub use crate::store::proposals::page::Place;

/// Which proposals; an empty field matches everything.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Of this kind.
    pub kind: Option<Kind>,
    /// In this state.
    pub state: Option<State>,
    /// Of this contract.
    pub contract_id: Option<String>,
}

impl AccountService<'_> {
    /// Matching proposals that this member may see, entered before `before`, at most `limit`.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn proposals_before(
        &self,
        member: &StaffMember,
        asked: &Asked,
        before: Option<&Place>,
        limit: i64,
    ) -> Result<Vec<ProposalLine>> {
        let kinds = Kind::ALL.iter().copied();
        let seen = kinds
            .filter(|kind| rights::may_read(*kind).contains(&member.role))
            .filter(|kind| asked.kind.is_none_or(|one| one == *kind));
        let filter = Filter {
            kinds: seen.collect(),
            state: asked.state,
            contract_id: asked.contract_id.clone(),
        };
        let found = page::before(self.store, &filter, before, limit).await?;
        self.lines(found).await
    }
}
