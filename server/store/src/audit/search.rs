//! Rows of the log by a query, newest first.

use jiff::Timestamp;

use super::{AuditRow, select};
use crate::sql::query;
use crate::{Db, StoreError};

/// The query; an empty field matches everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// `staff`, `user`, `agent`, `system`, `anonymous`.
    pub actor_kind: String,
    /// Id of the actor.
    pub actor_id: String,
    /// Beginning of the action, such as `certificate.`.
    pub action: String,
    /// Id of the subject.
    pub subject_id: String,
    /// `done` or `refused`.
    pub outcome: String,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
}

/// Matching rows before `before`, newest first, at most `limit`.
///
/// # Errors
/// Errors of the database.
pub async fn search(
    db: impl Into<Db<'_>>,
    filter: &Filter,
    before: i64,
    limit: i64,
) -> Result<Vec<AuditRow>, StoreError> {
    let mut action = String::new();
    for character in filter.action.chars() {
        if matches!(character, '%' | '_' | '!') {
            action.push('!');
        }
        action.push(character);
    }
    action.push('%');
    let statement = query(select!(
        "WHERE seq < $1 AND ($2 = '' OR actor_kind = $2) AND ($3 = '' OR actor_id = $3) \
         AND action LIKE $4 ESCAPE '!' AND ($5 = '' OR subject_id = $5) AND ($6 = '' OR outcome = $6) \
         AND at >= $7 AND at < $8 ORDER BY seq DESC LIMIT $9"
    ))
    .bind(before)
    .bind(filter.actor_kind.clone())
    .bind(filter.actor_id.clone())
    .bind(action)
    .bind(filter.subject_id.clone())
    .bind(filter.outcome.clone())
    .bind(filter.from.map_or(i64::MIN, Timestamp::as_second))
    .bind(filter.until.map_or(i64::MAX, Timestamp::as_second))
    .bind(limit)
    .long();
    let rows = db.into().all(statement).await?;
    rows.iter().map(AuditRow::read).collect()
}
