//! Proposals page by page, newest first: each page begins after a proposal, not after a count.

use jiff::Timestamp;

use super::{Kind, Proposal, State, listed, select};
use crate::sql::query;
use crate::{Db, StoreError};

/// Which proposals.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of these kinds.
    pub kinds: Vec<Kind>,
    /// In this state; `None` for any.
    pub state: Option<State>,
    /// About this contract; `None` for any.
    pub contract_id: Option<String>,
}

/// A position in the order of their entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// When entered.
    pub at: Timestamp,
    /// Id.
    pub id: String,
}

/// Matching proposals entered before `before` (none: the newest), at most `limit`.
///
/// # Errors
/// Errors of the database.
pub async fn before(
    db: impl Into<Db<'_>>,
    filter: &Filter,
    before: Option<&Place>,
    limit: i64,
) -> Result<Vec<Proposal>, StoreError> {
    let kinds: Vec<&str> = filter.kinds.iter().map(|kind| kind.as_str()).collect();
    let statement = query(select!(
        "WHERE $2 LIKE ('%,' || p.kind || ',%') AND ($3 = '' OR p.state = $3) AND ($4 = '' OR p.contract_id = $4) \
         AND (p.entered_at < $5 OR (p.entered_at = $5 AND p.id < $6)) \
         ORDER BY p.entered_at DESC, p.id DESC LIMIT $1"
    ))
    .bind(limit)
    .bind(format!(",{},", kinds.join(",")))
    .bind(filter.state.map_or("", State::as_str))
    .bind(filter.contract_id.clone().unwrap_or_default())
    .bind(before.map_or(i64::MAX, |place| place.at.as_second()))
    .bind(before.map_or_else(String::new, |place| place.id.clone()));
    listed(&db.into().all(statement).await?)
}
