//! Users of one contract: the contract is part of every query, so another contract's users do not exist for it, and
//! those who have left do not either.

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
    let statement = query(select!(
        "WHERE contract_id = $1 AND id = $2 AND left_at IS NULL"
    ))
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
        "WHERE contract_id = $1 AND login_id > $2 AND left_at IS NULL ORDER BY login_id LIMIT $3"
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
    let statement =
        query("SELECT COUNT(*) AS users FROM users WHERE contract_id = $1 AND left_at IS NULL")
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

/// Users of a contract who have left, the latest first, at most `limit`.
pub async fn former_of_contract(
    db: impl Into<Db<'_>>,
    contract_id: &str,
    limit: i64,
) -> Result<Vec<User>, StoreError> {
    let statement = query(select!(
        "WHERE contract_id = $1 AND left_at IS NOT NULL ORDER BY left_at DESC, login_id LIMIT $2"
    ))
    .bind(contract_id.to_owned())
    .bind(limit);
    let rows = db.into().all(statement).await?;
    rows.iter().map(User::read).collect()
}

/// Stores another 利用者名 and e-mail address. False if there is no such user, or the user has left.
pub async fn set_details(
    tx: &mut Tx,
    user_id: &str,
    name: &str,
    email: &str,
) -> Result<bool, StoreError> {
    let statement =
        query("UPDATE users SET name = $2, email = $3 WHERE id = $1 AND left_at IS NULL")
            .bind(user_id.to_owned())
            .bind(name.to_owned())
            .bind(email.to_owned());
    Ok(tx.change(statement).await? == 1)
}

/// Ends the use of a user, who is no longer the master; the login ID stays taken. False if the user had left. The caller
/// must revoke the certificates and end the sessions.
pub async fn leave(tx: &mut Tx, user_id: &str, at: Timestamp) -> Result<bool, StoreError> {
    let statement =
        query("UPDATE users SET left_at = $2, role = 'general' WHERE id = $1 AND left_at IS NULL")
            .bind(user_id.to_owned())
            .bind(at.as_second());
    Ok(tx.change(statement).await? == 1)
}

/// Makes a user the master of a contract that has none.
///
/// # Errors
/// [`StoreError::Duplicate`]: the contract has its master.
pub async fn make_master(tx: &mut Tx, user_id: &str) -> Result<bool, StoreError> {
    let statement = query("UPDATE users SET role = 'master' WHERE id = $1 AND left_at IS NULL")
        .bind(user_id.to_owned());
    Ok(tx.change(statement).await? == 1)
}
