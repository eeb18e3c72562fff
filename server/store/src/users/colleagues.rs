//! Users of one contract: the contract is part of every query, so another contract's users do not exist for it.

use jiff::Timestamp;

use super::{Role, User, select};
use crate::row::Row;
use crate::sql::query;
use crate::{Db, StoreError, Tx};

/// A user of this contract, by id.
pub async fn find_in_contract(
    db: impl Into<Db<'_>>,
    contract_id: &str,
    id: &str,
) -> Result<Option<User>, StoreError> {
    let statement = query(select!("WHERE contract_id = $1 AND id = $2"))
        .bind(contract_id.to_owned())
        .bind(id.to_owned());
    let row = db.into().optional(statement).await?;
    row.as_ref().map(User::read).transpose()
}

/// Users of a contract by login ID, those after `after`, at most `limit`.
pub async fn page_of_contract(
    db: impl Into<Db<'_>>,
    contract_id: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<User>, StoreError> {
    let statement = query(select!(
        "WHERE contract_id = $1 AND login_id > $2 ORDER BY login_id LIMIT $3"
    ))
    .bind(contract_id.to_owned())
    .bind(after.to_owned())
    .bind(limit);
    let rows = db.into().all(statement).await?;
    rows.iter().map(User::read).collect()
}

/// How many users a contract has.
pub async fn count_in_contract(
    db: impl Into<Db<'_>>,
    contract_id: &str,
) -> Result<i64, StoreError> {
    let statement = query("SELECT COUNT(*) AS users FROM users WHERE contract_id = $1")
        .bind(contract_id.to_owned());
    let row = db.into().optional(statement).await?;
    row.map_or(Ok(0), |row| Row::new("users", &row).int("users"))
}

/// Gives a user another role. False if there is no such user, or it is or would become the master.
pub async fn set_role(tx: &mut Tx, user_id: &str, role: Role) -> Result<bool, StoreError> {
    let statement =
        query("UPDATE users SET role = $2 WHERE id = $1 AND role <> 'master' AND $2 <> 'master'")
            .bind(user_id.to_owned())
            .bind(role.as_str());
    Ok(tx.change(statement).await? == 1)
}

/// Until when the temporary passwords are valid; `None`: the passwords are the user's own from now on.
pub async fn set_temporary(
    tx: &mut Tx,
    user_id: &str,
    until: Option<Timestamp>,
) -> Result<bool, StoreError> {
    let statement = query("UPDATE users SET temporary_until = $2 WHERE id = $1")
        .bind(user_id.to_owned())
        .bind(until.map(Timestamp::as_second));
    Ok(tx.change(statement).await? == 1)
}
