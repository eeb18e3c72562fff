//! 操作履歴 (F5): the user's own; for those who manage the others, that of the whole contract. It is read from the audit
//! log, of which nothing is ever deleted, so it goes back to the first day.

use jiff::Timestamp;

use super::{colleague, manages};
use crate::services::account_service::AccountService;
use crate::services::{Refusal, Result};
use crate::store::audit::Outcome;
use crate::store::audit::history::{self, Action, Asked, HistoryRow};
use crate::store::users::{self, User};

/// Lines on one page.
pub const LINES: i64 = 50;

/// The query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HistoryFilter {
    /// Id of one user; empty: all that may be seen.
    pub user: String,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    /// Lines older than this one; `None`: from the newest.
    pub before: Option<i64>,
}

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// A user of this contract.
    User {
        /// ログインID.
        login_id: String,
        /// 利用者名.
        name: String,
    },
    /// The certificate app.
    App,
    /// The bank.
    Bank,
    /// Time, or the server itself.
    System,
    /// Somebody who was not authenticated.
    Unknown,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryLine {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: Who,
    /// What.
    pub action: Action,
    /// Login ID of the user it was done to.
    pub whom: Option<String>,
    /// Serial number of the certificate it was done to.
    pub serial: Option<String>,
    /// Whether it was done.
    pub outcome: Outcome,
    /// Why not.
    pub code: String,
    /// The source address; not shown for staff.
    pub address: Option<String>,
}

/// One page.
#[derive(Debug)]
pub struct HistoryPage {
    /// Newest first.
    pub lines: Vec<HistoryLine>,
    /// Start of the next page.
    pub older: Option<i64>,
    /// Users to choose from; empty for a user who sees only their own.
    pub users: Vec<User>,
}

impl AccountService<'_> {
    /// A page of the history that `viewer` may see.
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`] (another user's, without the role), [`super::CompanyRefusal::UserMissing`].
    pub async fn history(&self, viewer: &str, filter: &HistoryFilter) -> Result<HistoryPage> {
        let viewer = users::find(self.store, viewer).await?;
        let viewer = viewer.ok_or(Refusal::SessionEnded)?;
        let all = manages(viewer.role);
        let user_id = match (all, filter.user.as_str()) {
            (true, "") => String::new(),
            (true, other) => colleague(self.store, &viewer, other).await?.id,
            (false, other) if other.is_empty() || other == viewer.id => viewer.id.clone(),
            (false, _) => return Err(Refusal::RoleMissing.into()),
        };
        let asked = Asked {
            contract_id: viewer.contract_id.clone(),
            user_id,
            from: filter.from,
            until: filter.until,
            before: filter.before.unwrap_or(i64::MAX),
        };
        let mut rows = history::history(self.store, &asked, LINES + 1).await?;
        let more = usize::try_from(LINES).is_ok_and(|page| rows.len() > page);
        if more {
            rows.pop();
        }
        let older = rows.last().map(|last| last.seq).filter(|_| more);
        let users = users::list_for_contract(self.store, &viewer.contract_id).await?;
        Ok(HistoryPage {
            lines: rows.into_iter().map(|row| line(row, &users)).collect(),
            older,
            users: if all { users } else { Vec::new() },
        })
    }
}

fn line(row: HistoryRow, users: &[User]) -> HistoryLine {
    let named = |id: Option<&str>| users.iter().find(|user| Some(user.id.as_str()) == id);
    let who = match (row.actor_kind.as_str(), named(row.actor_id.as_deref())) {
        ("user", Some(user)) => Who::User {
            login_id: user.login_id.clone(),
            name: user.name.clone(),
        },
        ("staff", _) => Who::Bank,
        ("agent", _) => Who::App,
        ("system", _) => Who::System,
        _ => Who::Unknown,
    };
    let address = match who {
        Who::Bank | Who::System => None,
        Who::User { .. } | Who::App | Who::Unknown => row.address,
    };
    HistoryLine {
        at: row.at,
        whom: named(row.whom.as_deref()).map(|user| user.login_id.clone()),
        who,
        action: row.action,
        serial: row.serial,
        outcome: row.outcome,
        code: row.code,
        address,
    }
}
