//! Contracts page by page: each page begins after a contract, not after a count, so that new entries shift nothing.

use super::contracts::{Contract, Search, containing, select};
use super::sql::query;
use super::{Db, StoreError};

/// A position in the order of branch, account type and account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// 支店番号.
    pub branch: String,
    /// 科目, its word.
    pub account_type: String,
    /// 口座番号.
    pub account: String,
}

impl From<&Contract> for Place {
    fn from(contract: &Contract) -> Self {
        Self {
            branch: contract.branch.clone(),
            account_type: contract.account_type.as_str().to_owned(),
            account: contract.account.clone(),
        }
    }
}

/// Contracts after `after` in the order of branch and account, at most `limit`; all of them, or those that match a search.
///
/// # Errors
/// Errors of the database.
pub async fn after(
    db: impl Into<Db<'_>>,
    by: Option<&Search>,
    after: &Place,
    limit: i64,
) -> Result<Vec<Contract>, StoreError> {
    // Parts of names are searched in an index that contains everything needed for it.
    let statement = match by {
        None => query(select!(
            "WHERE (branch, account_type, account) > ($2, $3, $4) ORDER BY branch, account_type, account LIMIT $1"
        )),
        Some(Search::Account { .. }) => query(select!(
            "WHERE account = $5 AND ($6 = '' OR branch = $6) AND (branch, account_type, account) > ($2, $3, $4) \
             ORDER BY branch, account_type, account LIMIT $1"
        )),
        Some(Search::Kana(_)) => query(select!(
            "WHERE id IN (SELECT id FROM contracts WHERE company_kana LIKE $5 ESCAPE '!' \
             AND (branch, account_type, account) > ($2, $3, $4) ORDER BY branch, account_type, account LIMIT $1) \
             ORDER BY branch, account_type, account"
        )),
        Some(Search::Name(_)) => query(select!(
            "WHERE id IN (SELECT id FROM contracts WHERE company_name LIKE $5 ESCAPE '!' \
             AND (branch, account_type, account) > ($2, $3, $4) ORDER BY branch, account_type, account LIMIT $1) \
             ORDER BY branch, account_type, account"
        )),
        Some(Search::LoginId(_)) => query(select!(
            "WHERE id IN (SELECT contract_id FROM users WHERE login_id = $5) \
             AND (branch, account_type, account) > ($2, $3, $4) ORDER BY branch, account_type, account LIMIT $1"
        )),
    };
    let statement = statement
        .bind(limit)
        .bind(after.branch.clone())
        .bind(after.account_type.clone())
        .bind(after.account.clone());
    let statement = match by {
        None => statement,
        Some(Search::Account { branch, account }) => statement
            .bind(account.clone())
            .bind(branch.clone().unwrap_or_default()),
        Some(Search::Kana(part) | Search::Name(part)) => statement.bind(containing(part)),
        Some(Search::LoginId(login_id)) => statement.bind(login_id.clone()),
    };
    let rows = db.into().all(statement).await?;
    rows.iter().map(Contract::read).collect()
}
