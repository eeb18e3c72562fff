//! Lock states of accounts that do not exist. A wrong login ID locks after as many failures as a correct one, so that
//! the response "locked" does not reveal that the ID exists.

use jiff::Timestamp;

use super::row::Row;
use super::sql::query;
use super::text_enum::text_enum;
use super::{Db, StoreError, Tx};

text_enum! {
    /// What was typed.
    pub enum Kind {
        /// A login ID.
        Login => "login",
        /// Branch and account.
        Account => "account",
    }
}

/// Failures counted for something that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ShadowLock {
    /// Failures so far.
    pub failures: u32,
    /// No attempts before this time.
    pub locked_until: Option<Timestamp>,
    /// No attempts at all.
    pub suspended: bool,
    /// When the last one failed.
    pub last_at: Option<Timestamp>,
}

/// The state for a digest; an unknown one has no failures.
pub async fn find(
    db: impl Into<Db<'_>>,
    kind: Kind,
    key_sha256: &str,
) -> Result<ShadowLock, StoreError> {
    let statement = query(
        "SELECT failures, locked_until, suspended, last_at FROM shadow_locks WHERE kind = $1 AND key_sha256 = $2",
    )
    .bind(kind.as_str())
    .bind(key_sha256.to_owned());
    let Some(row) = db.into().optional(statement).await? else {
        return Ok(ShadowLock::default());
    };
    let row = Row::new("shadow_locks", &row);
    Ok(ShadowLock {
        failures: row.count("failures")?,
        locked_until: row.opt_time("locked_until")?,
        suspended: row.flag("suspended")?,
        last_at: row.opt_time("last_at")?,
    })
}

/// Stores the state for a digest whose last attempt failed now.
pub async fn set(
    tx: &mut Tx,
    kind: Kind,
    key_sha256: &str,
    lock: ShadowLock,
    now: Timestamp,
) -> Result<(), StoreError> {
    let statement = query(
        "INSERT INTO shadow_locks (kind, key_sha256, failures, locked_until, suspended, last_at) \
         VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (kind, key_sha256) DO UPDATE SET failures = excluded.failures, \
         locked_until = excluded.locked_until, suspended = excluded.suspended, last_at = excluded.last_at",
    )
    .bind(kind.as_str())
    .bind(key_sha256.to_owned())
    .bind(i64::from(lock.failures))
    .bind(lock.locked_until.map(Timestamp::as_second))
    .bind(i64::from(lock.suspended))
    .bind(now.as_second());
    tx.upkeep(statement).await.map(drop)
}

/// Deletes the states of digests that were not tried since `before`. Returns how many.
pub async fn delete_older(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.upkeep(query("DELETE FROM shadow_locks WHERE last_at < $1").bind(before.as_second()))
        .await
}
