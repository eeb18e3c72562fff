//! Users: the people of a contract, with two passwords that have separate lock states.
//!
//! - this file: the row, reading, making
//! - `password`: one password's hash and lock state (re-exported)
//! - `colleagues`: users of one contract, and changes to them (re-exported)

mod colleagues;
mod password;

use std::net::IpAddr;

use jiff::Timestamp;

use super::row::Row;
use super::text_enum::text_enum;
use super::{Db, StoreError, Tx};
use crate::sql::{Record, query};

pub use colleagues::{
    count_in_contract, find_in_contract, former_of_contract, leave, make_master, page_of_contract,
    set_details, set_role, set_temporary,
};
pub use password::{
    LastFailure, PasswordKind, PasswordState, Tries, hash_costs, renew_password_hash,
    set_last_failure, set_password_hash, set_password_state,
};

text_enum! {
    /// Role inside the contract.
    pub enum Role {
        /// マスター.
        Master => "master",
        /// 管理者.
        Admin => "admin",
        /// 一般.
        General => "general",
    }
}

/// A user's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Id.
    pub id: String,
    /// The contract.
    pub contract_id: String,
    /// ログインID, case-sensitive.
    pub login_id: String,
    /// 利用者名.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Role inside the contract.
    pub role: Role,
    /// ログインパスワード, entered without a certificate.
    pub login: PasswordState,
    /// When an attempt without a certificate last failed.
    pub last_failure: Option<LastFailure>,
    /// The same password, entered with the certificate.
    pub certificate_login: PasswordState,
    /// 確認用パスワード.
    pub confirmation: PasswordState,
    /// Attempts with a 証明書取得用パスワード; the password itself belongs to a grant.
    pub acquisition: Tries,
    /// Both passwords are temporary, from a colleague, and valid until then; `None`: they are the user's own.
    pub temporary_until: Option<Timestamp>,
    /// When made.
    pub created_at: Timestamp,
    /// The address from which the user registered; none if unknown.
    pub registered_from: Option<String>,
    /// When the use of this user ended; `None`: it continues.
    pub left_at: Option<Timestamp>,
}

/// A user to be recorded.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Id.
    pub id: String,
    /// The contract.
    pub contract_id: String,
    /// ログインID.
    pub login_id: String,
    /// 利用者名.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Role inside the contract.
    pub role: Role,
    /// Hash of the login password.
    pub login_hash: String,
    /// Hash of the confirmation password.
    pub confirmation_hash: String,
    /// Now.
    pub created_at: Timestamp,
    /// From which address.
    pub registered_from: Option<IpAddr>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, contract_id, login_id, name, email, role, login_hash, login_failures, login_locked_until, \
             login_suspended, confirmation_hash, confirmation_failures, confirmation_locked_until, \
             confirmation_suspended, login_suspensions, confirmation_suspensions, acquisition_failures, acquisition_locked_until, acquisition_suspended, \
             certificate_login_failures, certificate_login_locked_until, certificate_login_suspended, \
             certificate_login_suspensions, login_failed_at, login_failed_from, \
             temporary_until, created_at, registered_from, left_at FROM users ",
            $rest
        )
    };
}
use select;

impl User {
    /// The passwords whose attempts are counted, each with its word.
    #[must_use]
    pub fn counted(&self) -> [(PasswordKind, &PasswordState); 3] {
        [
            (PasswordKind::Login, &self.login),
            (PasswordKind::LoginWithCertificate, &self.certificate_login),
            (PasswordKind::Confirmation, &self.confirmation),
        ]
    }

    /// Whether one of them is suspended (利用停止).
    #[must_use]
    pub fn is_suspended(&self) -> bool {
        self.counted().iter().any(|(_, one)| one.suspended)
    }

    fn read(row: &Record) -> Result<Self, StoreError> {
        let row = Row::new("users", row);
        Ok(User {
            id: row.text("id")?,
            contract_id: row.text("contract_id")?,
            login_id: row.text("login_id")?,
            name: row.text("name")?,
            email: row.text("email")?,
            role: row.word("role")?,
            login: PasswordState {
                hash: row.text("login_hash")?,
                failures: row.count("login_failures")?,
                locked_until: row.opt_time("login_locked_until")?,
                suspended: row.flag("login_suspended")?,
                suspensions: row.count("login_suspensions")?,
            },
            last_failure: match row.opt_time("login_failed_at")? {
                Some(at) => Some(LastFailure {
                    at,
                    network: row.text("login_failed_from")?,
                }),
                None => None,
            },
            certificate_login: PasswordState {
                hash: row.text("login_hash")?,
                failures: row.count("certificate_login_failures")?,
                locked_until: row.opt_time("certificate_login_locked_until")?,
                suspended: row.flag("certificate_login_suspended")?,
                suspensions: row.count("certificate_login_suspensions")?,
            },
            confirmation: PasswordState {
                hash: row.text("confirmation_hash")?,
                failures: row.count("confirmation_failures")?,
                locked_until: row.opt_time("confirmation_locked_until")?,
                suspended: row.flag("confirmation_suspended")?,
                suspensions: row.count("confirmation_suspensions")?,
            },
            acquisition: Tries {
                failures: row.count("acquisition_failures")?,
                locked_until: row.opt_time("acquisition_locked_until")?,
                suspended: row.flag("acquisition_suspended")?,
            },
            temporary_until: row.opt_time("temporary_until")?,
            created_at: row.time("created_at")?,
            registered_from: row.opt_text("registered_from")?,
            left_at: row.opt_time("left_at")?,
        })
    }
}

/// Records a user.
///
/// # Errors
/// [`StoreError::Duplicate`]: the login ID is taken, or the contract has its master.
pub async fn insert(tx: &mut Tx, new: &NewUser) -> Result<(), StoreError> {
    let statement = query(
        "INSERT INTO users (id, contract_id, login_id, name, email, role, login_hash, confirmation_hash, \
         created_at, registered_from) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(new.id.clone())
    .bind(new.contract_id.clone())
    .bind(new.login_id.clone())
    .bind(new.name.clone())
    .bind(new.email.clone())
    .bind(new.role.as_str())
    .bind(new.login_hash.clone())
    .bind(new.confirmation_hash.clone())
    .bind(new.created_at.as_second())
    .bind(new.registered_from.map(|address| address.to_string()));
    tx.change(statement).await.map(drop)
}

/// By id.
pub async fn find(db: impl Into<Db<'_>>, id: &str) -> Result<Option<User>, StoreError> {
    let statement = query(select!("WHERE id = $1")).bind(id.to_owned());
    db.into()
        .optional(statement)
        .await?
        .as_ref()
        .map(User::read)
        .transpose()
}

/// By login ID, exactly as registered. A user who has left is not found: that login ID opens nothing.
pub async fn by_login_id(
    db: impl Into<Db<'_>>,
    login_id: &str,
) -> Result<Option<User>, StoreError> {
    let statement =
        query(select!("WHERE login_id = $1 AND left_at IS NULL")).bind(login_id.to_owned());
    db.into()
        .optional(statement)
        .await?
        .as_ref()
        .map(User::read)
        .transpose()
}

/// Whether anybody has or had this login ID. Nobody gets that of a user who has left.
pub async fn login_id_is_used(db: impl Into<Db<'_>>, login_id: &str) -> Result<bool, StoreError> {
    let statement = query("SELECT id FROM users WHERE login_id = $1").bind(login_id.to_owned());
    Ok(db.into().optional(statement).await?.is_some())
}

/// Every user of a contract who has not left, by login ID.
pub async fn list_for_contract(
    db: impl Into<Db<'_>>,
    contract_id: &str,
) -> Result<Vec<User>, StoreError> {
    let statement = query(select!(
        "WHERE contract_id = $1 AND left_at IS NULL ORDER BY login_id LIMIT 10000"
    ))
    .bind(contract_id.to_owned());
    db.into()
        .all(statement)
        .await?
        .iter()
        .map(User::read)
        .collect()
}
