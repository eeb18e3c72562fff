//! Contracts: one per 代表口座, with the company's names from the bank's records.

use jiff::Timestamp;

use super::row::Row;
use super::sql::{Record, query};
use super::text_enum::text_enum;
use super::{Db, StoreError, Tx};

text_enum! {
    /// Kind of the account.
    pub enum AccountType {
        /// 普通.
        Ordinary => "ordinary",
        /// 当座.
        Current => "current",
    }
}

text_enum! {
    /// How the contract's users log in.
    pub enum Method {
        /// ID・パスワード方式.
        Password => "password",
        /// 電子証明書方式.
        Certificate => "certificate",
    }
}

text_enum! {
    /// State of a contract.
    pub enum Status {
        /// Active.
        Active => "active",
        /// 解約.
        Cancelled => "cancelled",
    }
}

/// A contract's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract {
    /// Id.
    pub id: String,
    /// Branch number, three digits.
    pub branch: String,
    /// Kind of the account.
    pub account_type: AccountType,
    /// Account number, seven digits.
    pub account: String,
    /// 企業名.
    pub company_name: String,
    /// 企業名(カナ), half-width.
    pub company_kana: String,
    /// How its users log in.
    pub method: Method,
    /// Whether it is active or cancelled.
    pub status: Status,
    /// Incremented by every change that an approver must have seen.
    pub version: i64,
    /// Hash of the 仮ログインパスワード, until it is used.
    pub temp_login_hash: Option<String>,
    /// Hash of the 仮確認用パスワード, until it is used.
    pub temp_confirmation_hash: Option<String>,
    /// Failed attempts with the temporary passwords.
    pub temp_failures: u32,
    /// No attempts before this time.
    pub temp_locked_until: Option<Timestamp>,
    /// When made.
    pub created_at: Timestamp,
    /// The person who entered it; empty if unknown.
    pub entered_employee_number: String,
    /// The proposal that created it; none for one of an earlier release.
    pub proposal_id: Option<String>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, branch, account_type, account, company_name, company_kana, method, status, version, \
             temp_login_hash, temp_confirmation_hash, temp_failures, temp_locked_until, created_at, \
             entered_employee_number, proposal_id FROM contracts ",
            $rest
        )
    };
}
pub(super) use select;

impl Contract {
    pub(super) fn read(row: &Record) -> Result<Self, StoreError> {
        let row = Row::new("contracts", row);
        Ok(Contract {
            id: row.text("id")?,
            branch: row.text("branch")?,
            account_type: row.word("account_type")?,
            account: row.text("account")?,
            company_name: row.text("company_name")?,
            company_kana: row.text("company_kana")?,
            method: row.word("method")?,
            status: row.word("status")?,
            version: row.int("version")?,
            temp_login_hash: row.opt_text("temp_login_hash")?,
            temp_confirmation_hash: row.opt_text("temp_confirmation_hash")?,
            temp_failures: row.count("temp_failures")?,
            temp_locked_until: row.opt_time("temp_locked_until")?,
            created_at: row.time("created_at")?,
            entered_employee_number: row.text("entered_employee_number")?,
            proposal_id: row.opt_text("proposal_id")?,
        })
    }
}

/// Records a contract.
///
/// # Errors
/// [`StoreError::Duplicate`] when the account has a contract.
pub async fn insert(tx: &mut Tx, new: &Contract) -> Result<(), StoreError> {
    let statement = query(
        "INSERT INTO contracts (id, branch, account_type, account, company_name, company_kana, method, status, \
         version, temp_login_hash, temp_confirmation_hash, temp_failures, temp_locked_until, created_at, \
         entered_employee_number, proposal_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
    )
    .bind(new.id.clone())
    .bind(new.branch.clone())
    .bind(new.account_type.as_str())
    .bind(new.account.clone())
    .bind(new.company_name.clone())
    .bind(new.company_kana.clone())
    .bind(new.method.as_str())
    .bind(new.status.as_str())
    .bind(new.version)
    .bind(new.temp_login_hash.clone())
    .bind(new.temp_confirmation_hash.clone())
    .bind(i64::from(new.temp_failures))
    .bind(new.temp_locked_until.map(Timestamp::as_second))
    .bind(new.created_at.as_second())
    .bind(new.entered_employee_number.clone())
    .bind(new.proposal_id.clone());
    tx.change(statement).await.map(drop)
}

/// By id.
pub async fn find(db: impl Into<Db<'_>>, id: &str) -> Result<Option<Contract>, StoreError> {
    let statement = query(select!("WHERE id = $1")).bind(id.to_owned());
    db.into()
        .optional(statement)
        .await?
        .as_ref()
        .map(Contract::read)
        .transpose()
}

/// By account (seven digits).
pub async fn by_account(
    db: impl Into<Db<'_>>,
    branch: &str,
    account_type: AccountType,
    account: &str,
) -> Result<Option<Contract>, StoreError> {
    let statement = query(select!(
        "WHERE branch = $1 AND account_type = $2 AND account = $3"
    ))
    .bind(branch.to_owned())
    .bind(account_type.as_str())
    .bind(account.to_owned());
    db.into()
        .optional(statement)
        .await?
        .as_ref()
        .map(Contract::read)
        .transpose()
}

/// Contracts in the order of branch and account, at most `limit` from `offset`.
pub async fn list(
    db: impl Into<Db<'_>>,
    limit: i64,
    offset: i64,
) -> Result<Vec<Contract>, StoreError> {
    let statement = query(select!(
        "ORDER BY branch, account_type, account LIMIT $1 OFFSET $2"
    ))
    .bind(limit)
    .bind(offset);
    db.into()
        .all(statement)
        .await?
        .iter()
        .map(Contract::read)
        .collect()
}

/// What contracts are searched by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Search {
    /// 口座番号, seven digits, at any branch or at one.
    Account {
        /// 支店番号.
        branch: Option<String>,
        /// 口座番号.
        account: String,
    },
    /// A part of 企業名(カナ).
    Kana(String),
    /// A part of 企業名.
    Name(String),
    /// ログインID of one of its users.
    LoginId(String),
}

/// Contracts that a search finds, in the order of branch and account, at most `limit` from `offset`.
pub async fn search(
    db: impl Into<Db<'_>>,
    by: &Search,
    limit: i64,
    offset: i64,
) -> Result<Vec<Contract>, StoreError> {
    // Names are searched in an index that contains everything needed for it; only matches are read in full.
    let statement = match by {
        Search::Account { branch, account } => query(select!(
            "WHERE account = $3 AND ($4 = '' OR branch = $4) \
             ORDER BY branch, account_type, account LIMIT $1 OFFSET $2"
        ))
        .bind(limit)
        .bind(offset)
        .bind(account.clone())
        .bind(branch.clone().unwrap_or_default()),
        Search::Kana(part) => query(select!(
            "WHERE id IN (SELECT id FROM contracts WHERE company_kana LIKE $3 ESCAPE '!' \
             ORDER BY branch, account_type, account LIMIT $1 OFFSET $2) \
             ORDER BY branch, account_type, account"
        ))
        .bind(limit)
        .bind(offset)
        .bind(containing(part)),
        Search::Name(part) => query(select!(
            "WHERE id IN (SELECT id FROM contracts WHERE company_name LIKE $3 ESCAPE '!' \
             ORDER BY branch, account_type, account LIMIT $1 OFFSET $2) \
             ORDER BY branch, account_type, account"
        ))
        .bind(limit)
        .bind(offset)
        .bind(containing(part)),
        Search::LoginId(login_id) => query(select!(
            "WHERE id IN (SELECT contract_id FROM users WHERE login_id = $3) \
             ORDER BY branch, account_type, account LIMIT $1 OFFSET $2"
        ))
        .bind(limit)
        .bind(offset)
        .bind(login_id.clone()),
    };
    let rows = db.into().all(statement).await?;
    rows.iter().map(Contract::read).collect()
}

/// A pattern for LIKE that matches the text literally.
pub(super) fn containing(part: &str) -> String {
    let mut pattern = String::from("%");
    for character in part.chars() {
        if matches!(character, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

/// Replaces the temporary passwords and clears the failures. False if the contract is not active.
pub async fn set_temp_passwords(
    tx: &mut Tx,
    id: &str,
    login_hash: &str,
    confirmation_hash: &str,
) -> Result<bool, StoreError> {
    let statement = query(
        "UPDATE contracts SET temp_login_hash = $2, temp_confirmation_hash = $3, temp_failures = 0, \
         temp_locked_until = NULL WHERE id = $1 AND status = 'active'",
    )
    .bind(id.to_owned())
    .bind(login_hash.to_owned())
    .bind(confirmation_hash.to_owned());
    Ok(tx.change(statement).await? == 1)
}

/// Stores another main account, 企業名 and 企業名(カナ). False if the contract is not active.
///
/// # Errors
/// [`StoreError::Duplicate`] when another contract has the account.
pub async fn set_details(tx: &mut Tx, new: &Contract) -> Result<bool, StoreError> {
    let statement = query(
        "UPDATE contracts SET branch = $2, account_type = $3, account = $4, company_name = $5, company_kana = $6, \
         version = version + 1 WHERE id = $1 AND status = 'active'",
    )
    .bind(new.id.clone())
    .bind(new.branch.clone())
    .bind(new.account_type.as_str())
    .bind(new.account.clone())
    .bind(new.company_name.clone())
    .bind(new.company_kana.clone());
    Ok(tx.change(statement).await? == 1)
}

/// Changes the login method. False if it already was that method or the contract is not active.
pub async fn set_method(tx: &mut Tx, id: &str, method: Method) -> Result<bool, StoreError> {
    let statement = query(
        "UPDATE contracts SET method = $2, version = version + 1 \
         WHERE id = $1 AND status = 'active' AND method <> $2",
    )
    .bind(id.to_owned())
    .bind(method.as_str());
    Ok(tx.change(statement).await? == 1)
}

/// Cancels the contract. False if it was cancelled. The caller must revoke its users' certificates.
pub async fn cancel(tx: &mut Tx, id: &str) -> Result<bool, StoreError> {
    let statement = query(
        "UPDATE contracts SET status = 'cancelled', version = version + 1, temp_login_hash = NULL, \
         temp_confirmation_hash = NULL WHERE id = $1 AND status = 'active'",
    )
    .bind(id.to_owned());
    Ok(tx.change(statement).await? == 1)
}

/// Stores the count of failed attempts with the temporary passwords.
pub async fn set_temp_failures(
    tx: &mut Tx,
    id: &str,
    failures: u32,
    locked_until: Option<Timestamp>,
) -> Result<(), StoreError> {
    let statement =
        query("UPDATE contracts SET temp_failures = $2, temp_locked_until = $3 WHERE id = $1")
            .bind(id.to_owned())
            .bind(i64::from(failures))
            .bind(locked_until.map(Timestamp::as_second));
    tx.change(statement).await.map(drop)
}

/// Uses the temporary passwords, once: false if there are none (any more).
pub async fn consume_temp_passwords(tx: &mut Tx, id: &str) -> Result<bool, StoreError> {
    let statement = query(
        "UPDATE contracts SET temp_login_hash = NULL, temp_confirmation_hash = NULL, temp_failures = 0, \
         temp_locked_until = NULL WHERE id = $1 AND status = 'active' AND temp_login_hash IS NOT NULL",
    )
    .bind(id.to_owned());
    Ok(tx.change(statement).await? == 1)
}
