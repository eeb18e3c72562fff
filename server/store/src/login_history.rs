//! Login attempts, with time and method: shown to the customer, kept for the bank.

use jiff::Timestamp;

use super::audit::Outcome;
use super::row::Row;
use super::sql::{Record, query};
use super::text_enum::text_enum;
use super::{Db, StoreError, Tx, id};

text_enum! {
    /// Method.
    pub enum Method {
        /// Login ID and password.
        Password => "password",
        /// Certificate and password.
        Certificate => "certificate",
        /// Authentication before a certificate is issued (BSMS001).
        Enrolment => "enrolment",
    }
}

text_enum! {
    /// How a certificate was presented, if not by the browser itself.
    pub enum Via {
        /// The agent proved it for the browser.
        Agent => "agent",
    }
}

/// One attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// The user.
    pub user_id: String,
    /// When, to the millisecond.
    pub at: Timestamp,
    /// Method.
    pub method: Method,
    /// How the certificate was presented, if the method alone does not show it.
    pub via: Option<Via>,
    /// Whether it succeeded.
    pub outcome: Outcome,
    /// Code of a refusal; empty when done.
    pub code: String,
    /// Address of the caller.
    pub address: Option<String>,
}

impl Login {
    fn read(row: &Record) -> Result<Self, StoreError> {
        let row = Row::new("login_history", row);
        Ok(Login {
            user_id: row.text("user_id")?,
            at: row.time_ms("at_ms")?,
            method: row.word("method")?,
            via: row.opt_word("via")?,
            outcome: row.word("outcome")?,
            code: row.text("code")?,
            address: row.opt_text("address")?,
        })
    }
}

/// Records an attempt.
pub async fn insert(tx: &mut Tx, login: &Login) -> Result<(), StoreError> {
    let statement = query(
        "INSERT INTO login_history (id, user_id, at_ms, method, outcome, code, address, via) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(id::new_id()?)
    .bind(login.user_id.clone())
    .bind(login.at.as_millisecond())
    .bind(login.method.as_str())
    .bind(login.outcome.as_str())
    .bind(login.code.clone())
    .bind(login.address.clone())
    .bind(login.via.map(Via::as_str));
    tx.change(statement).await.map(drop)
}

/// The user's last successful logins (not identifications), newest first.
pub async fn last_logins(
    db: impl Into<Db<'_>>,
    user_id: &str,
    limit: i64,
) -> Result<Vec<Login>, StoreError> {
    let statement = query(
        "SELECT user_id, at_ms, method, via, outcome, code, address FROM login_history \
         WHERE user_id = $1 AND outcome = 'done' AND method <> 'enrolment' \
         ORDER BY at_ms DESC, id DESC LIMIT $2",
    )
    .bind(user_id.to_owned())
    .bind(limit);
    db.into()
        .all(statement)
        .await?
        .iter()
        .map(Login::read)
        .collect()
}

/// The user's last attempts of any kind, newest first.
pub async fn last(
    db: impl Into<Db<'_>>,
    user_id: &str,
    limit: i64,
) -> Result<Vec<Login>, StoreError> {
    let statement = query(
        "SELECT user_id, at_ms, method, via, outcome, code, address FROM login_history \
         WHERE user_id = $1 ORDER BY at_ms DESC, id DESC LIMIT $2",
    )
    .bind(user_id.to_owned())
    .bind(limit);
    let rows = db.into().all(statement).await?;
    rows.iter().map(Login::read).collect()
}
