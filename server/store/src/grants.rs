//! Grants: an approved application allows one certificate, until its deadline.

use jiff::Timestamp;

use super::row::Row;
use super::sql::{Record, query};
use super::text_enum::text_enum;
use super::{Db, StoreError, Tx};

text_enum! {
    /// State of a grant. After its deadline it counts as lapsed, whatever its state.
    pub enum State {
        /// Allows one certificate.
        Open => "open",
        /// A certificate was issued under it.
        Used => "used",
        /// Ended unused.
        Lapsed => "lapsed",
    }
}

/// A grant's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Id.
    pub id: String,
    /// Its contract.
    pub contract_id: String,
    /// The application that was approved.
    pub application_id: String,
    /// Its user; none only for one of an earlier release that lapsed before anybody had registered.
    pub user_id: Option<String>,
    /// State.
    pub state: State,
    /// Time of the approval.
    pub created_at: Timestamp,
    /// Not before this time, if it waits.
    pub usable_at: Option<Timestamp>,
    /// Issue deadline.
    pub expires_at: Timestamp,
    /// Time of its use.
    pub used_at: Option<Timestamp>,
}

/// A grant to be made.
#[derive(Debug, Clone)]
pub struct NewGrant {
    /// Id.
    pub id: String,
    /// The contract.
    pub contract_id: String,
    /// The application approved.
    pub application_id: String,
    /// The user whom the approver has seen.
    pub user_id: String,
    /// Now.
    pub created_at: Timestamp,
    /// Not before this time; `None`: at once.
    pub usable_at: Option<Timestamp>,
    /// Issue deadline.
    pub expires_at: Timestamp,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, contract_id, application_id, user_id, state, created_at, usable_at, expires_at, used_at FROM grants ",
            $rest
        )
    };
}

impl Grant {
    /// When it can be used, if that is later than `now`.
    #[must_use]
    pub fn waits_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.usable_at.filter(|usable| now < *usable)
    }

    fn read(row: &Record) -> Result<Self, StoreError> {
        let row = Row::new("grants", row);
        Ok(Grant {
            id: row.text("id")?,
            contract_id: row.text("contract_id")?,
            application_id: row.text("application_id")?,
            user_id: row.opt_text("user_id")?,
            state: row.word("state")?,
            created_at: row.time("created_at")?,
            usable_at: row.opt_time("usable_at")?,
            expires_at: row.time("expires_at")?,
            used_at: row.opt_time("used_at")?,
        })
    }
}

/// Records a grant.
///
/// # Errors
/// [`StoreError::Duplicate`] when the application has one already.
pub async fn create(tx: &mut Tx, new: &NewGrant) -> Result<(), StoreError> {
    let statement = query(
        "INSERT INTO grants (id, contract_id, application_id, user_id, state, created_at, usable_at, expires_at) \
         VALUES ($1, $2, $3, $4, 'open', $5, $6, $7)",
    )
    .bind(new.id.clone())
    .bind(new.contract_id.clone())
    .bind(new.application_id.clone())
    .bind(new.user_id.clone())
    .bind(new.created_at.as_second())
    .bind(new.usable_at.map(Timestamp::as_second))
    .bind(new.expires_at.as_second());
    tx.change(statement).await.map(drop)
}

/// By id.
pub async fn find(db: impl Into<Db<'_>>, id: &str) -> Result<Option<Grant>, StoreError> {
    let statement = query(select!("WHERE id = $1")).bind(id.to_owned());
    db.into()
        .optional(statement)
        .await?
        .as_ref()
        .map(Grant::read)
        .transpose()
}

/// Every grant of a contract, newest first.
pub async fn list_for_contract(
    db: impl Into<Db<'_>>,
    contract_id: &str,
) -> Result<Vec<Grant>, StoreError> {
    let statement = query(select!(
        "WHERE contract_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1000"
    ))
    .bind(contract_id.to_owned());
    db.into()
        .all(statement)
        .await?
        .iter()
        .map(Grant::read)
        .collect()
}

/// An open grant of this user, oldest first. It may have to wait ([`Grant::waits_until`]).
pub async fn open_for_user(
    db: impl Into<Db<'_>>,
    user_id: &str,
    contract_id: &str,
    now: Timestamp,
) -> Result<Option<Grant>, StoreError> {
    let statement = query(select!(
        "WHERE user_id = $1 AND contract_id = $2 AND state = 'open' AND expires_at > $3 \
         ORDER BY expires_at, id LIMIT 1"
    ))
    .bind(user_id.to_owned())
    .bind(contract_id.to_owned())
    .bind(now.as_second());
    db.into()
        .optional(statement)
        .await?
        .as_ref()
        .map(Grant::read)
        .transpose()
}

/// Uses a grant, once. False if it was used, must wait, is past its deadline, or has no user.
pub async fn use_up(tx: &mut Tx, grant_id: &str, now: Timestamp) -> Result<bool, StoreError> {
    let statement = query(
        "UPDATE grants SET state = 'used', used_at = $2 \
         WHERE id = $1 AND state = 'open' AND expires_at > $2 AND (usable_at IS NULL OR usable_at <= $2) \
         AND user_id IS NOT NULL",
    )
    .bind(grant_id.to_owned())
    .bind(now.as_second());
    Ok(tx.change(statement).await? == 1)
}

/// Reopens a used grant, because its certificate was given up before it was in use. False if it was not used, or is
/// past its deadline.
pub async fn reopen(tx: &mut Tx, grant_id: &str, now: Timestamp) -> Result<bool, StoreError> {
    let statement = query(
        "UPDATE grants SET state = 'open', used_at = NULL \
         WHERE id = $1 AND state = 'used' AND expires_at > $2",
    )
    .bind(grant_id.to_owned())
    .bind(now.as_second());
    Ok(tx.change(statement).await? == 1)
}

/// Lets the open grants of a user wait until `usable_at`, unless they wait longer. Returns how many now wait longer.
pub async fn postpone(tx: &mut Tx, user_id: &str, usable_at: Timestamp) -> Result<u64, StoreError> {
    let statement = query(
        "UPDATE grants SET usable_at = $2 WHERE user_id = $1 AND state = 'open' \
         AND (usable_at IS NULL OR usable_at < $2)",
    )
    .bind(user_id.to_owned())
    .bind(usable_at.as_second());
    tx.change(statement).await
}

/// Ends an open grant unused. False when it was not open.
pub async fn lapse(tx: &mut Tx, grant_id: &str) -> Result<bool, StoreError> {
    let statement = query("UPDATE grants SET state = 'lapsed' WHERE id = $1 AND state = 'open'")
        .bind(grant_id.to_owned());
    Ok(tx.change(statement).await? == 1)
}

/// Open grants past their deadline, at most `limit`.
pub async fn past_their_time(
    db: impl Into<Db<'_>>,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Grant>, StoreError> {
    let statement = query(select!(
        "WHERE state = 'open' AND expires_at <= $1 ORDER BY expires_at, id LIMIT $2"
    ))
    .bind(now.as_second())
    .bind(limit);
    db.into()
        .all(statement)
        .await?
        .iter()
        .map(Grant::read)
        .collect()
}
