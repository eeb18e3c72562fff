//! One password of a user: its hash and its lock state.

use jiff::Timestamp;

use crate::row::Row;
use crate::sql::{Sql, query};
use crate::{Db, Store, StoreError, Tx};

/// Which one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordKind {
    /// ログインパスワード, entered without a certificate.
    Login,
    /// The same password, entered with the certificate: its failures are counted separately.
    LoginWithCertificate,
    /// 確認用パスワード.
    Confirmation,
    /// 証明書取得用パスワード. Its hash is stored with a grant.
    Acquisition,
}

/// Lock state alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tries {
    /// Failures since the last success.
    pub failures: u32,
    /// No attempts before this time.
    pub locked_until: Option<Timestamp>,
    /// No attempts until somebody releases it.
    pub suspended: bool,
}

/// The last failure without the certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastFailure {
    /// When.
    pub at: Timestamp,
    /// The network from which it and all earlier ones came; empty: several.
    pub network: String,
}

/// Hash and lock state.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordState {
    /// Argon2 string.
    pub hash: String,
    /// Failures since the last success.
    pub failures: u32,
    /// 利用一時停止: no tries before this time.
    pub locked_until: Option<Timestamp>,
    /// 利用停止: no attempts until somebody else releases it.
    pub suspended: bool,
    /// How often it was suspended: a suspension after a release is a new one.
    pub suspensions: u32,
}

impl std::fmt::Debug for PasswordState {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("PasswordState")
            .field("failures", &self.failures)
            .field("locked_until", &self.locked_until)
            .field("suspended", &self.suspended)
            .finish_non_exhaustive()
    }
}

/// Stores failures, lock and suspension of one password (not the hash). False if there is no such user.
pub async fn set_password_state(
    tx: &mut Tx,
    user_id: &str,
    kind: PasswordKind,
    failures: u32,
    locked_until: Option<Timestamp>,
    suspended: bool,
) -> Result<bool, StoreError> {
    let statement = match kind {
        PasswordKind::Login => {
            "UPDATE users SET login_failures = $2, login_locked_until = $3, login_suspended = $4, \
             login_suspensions = login_suspensions + CASE WHEN login_suspended < $4 THEN 1 ELSE 0 END WHERE id = $1"
        }
        PasswordKind::LoginWithCertificate => {
            "UPDATE users SET certificate_login_failures = $2, certificate_login_locked_until = $3, \
             certificate_login_suspended = $4, certificate_login_suspensions = certificate_login_suspensions + \
             CASE WHEN certificate_login_suspended < $4 THEN 1 ELSE 0 END WHERE id = $1"
        }
        PasswordKind::Confirmation => {
            "UPDATE users SET confirmation_failures = $2, confirmation_locked_until = $3, \
             confirmation_suspended = $4, confirmation_suspensions = confirmation_suspensions + \
             CASE WHEN confirmation_suspended < $4 THEN 1 ELSE 0 END WHERE id = $1"
        }
        PasswordKind::Acquisition => {
            "UPDATE users SET acquisition_failures = $2, acquisition_locked_until = $3, \
             acquisition_suspended = $4 WHERE id = $1"
        }
    };
    let statement = query(statement)
        .bind(user_id.to_owned())
        .bind(i64::from(failures))
        .bind(locked_until.map(Timestamp::as_second))
        .bind(i64::from(suspended));
    Ok(tx.change(statement).await? == 1)
}

/// Stores a new hash of a user's own password and clears the failures, if the current hash is still `seen`. False if it
/// is not, or the kind has no hash of the user's.
pub async fn set_password_hash(
    tx: &mut Tx,
    user_id: &str,
    kind: PasswordKind,
    seen: &str,
    hash: &str,
) -> Result<bool, StoreError> {
    let statement = match kind {
        PasswordKind::Login | PasswordKind::LoginWithCertificate => {
            "UPDATE users SET login_hash = $3, login_failures = 0, login_locked_until = NULL, login_suspended = 0, \
             login_failed_at = NULL, login_failed_from = '', certificate_login_failures = 0, \
             certificate_login_locked_until = NULL, certificate_login_suspended = 0 WHERE id = $1 AND login_hash = $2"
        }
        PasswordKind::Confirmation => {
            "UPDATE users SET confirmation_hash = $3, confirmation_failures = 0, \
             confirmation_locked_until = NULL, confirmation_suspended = 0 WHERE id = $1 AND confirmation_hash = $2"
        }
        PasswordKind::Acquisition => return Ok(false),
    };
    replace(tx, statement, user_id, seen, hash).await
}

/// Stores the hash of the same password at another cost, if the current one is still `seen`. The password stays the
/// same, so no audit row is needed.
pub async fn renew_password_hash(
    tx: &mut Tx,
    user_id: &str,
    kind: PasswordKind,
    seen: &str,
    hash: &str,
) -> Result<bool, StoreError> {
    let statement = match kind {
        PasswordKind::Login | PasswordKind::LoginWithCertificate => {
            "UPDATE users SET login_hash = $3 WHERE id = $1 AND login_hash = $2"
        }
        PasswordKind::Confirmation => {
            "UPDATE users SET confirmation_hash = $3 WHERE id = $1 AND confirmation_hash = $2"
        }
        PasswordKind::Acquisition => return Ok(false),
    };
    let statement = replacement(statement, user_id, seen, hash);
    Ok(tx.upkeep(statement).await? == 1)
}

/// Records when an attempt without the certificate last failed, and the network of all of them; `None`: they are forgotten.
pub async fn set_last_failure(
    tx: &mut Tx,
    user_id: &str,
    last: Option<&LastFailure>,
) -> Result<(), StoreError> {
    let statement =
        query("UPDATE users SET login_failed_at = $2, login_failed_from = $3 WHERE id = $1")
            .bind(user_id.to_owned())
            .bind(last.map(|last| last.at.as_second()))
            .bind(last.map_or_else(String::new, |last| last.network.clone()));
    tx.change(statement).await.map(drop)
}

/// The costs of all stored password hashes: each as the beginning of a PHC string.
pub async fn hash_costs(store: &Store) -> Result<Vec<String>, StoreError> {
    let mut costs = Vec::new();
    // Next comes a salt of 16 and a hash of 32 octets, each preceded by a `$`.
    for statement in [
        "SELECT DISTINCT substr(login_hash, 1, length(login_hash) - 67) AS cost FROM users \
         WHERE length(login_hash) > 67",
        "SELECT DISTINCT substr(confirmation_hash, 1, length(confirmation_hash) - 67) AS cost FROM users \
         WHERE length(confirmation_hash) > 67",
        "SELECT DISTINCT substr(temp_login_hash, 1, length(temp_login_hash) - 67) AS cost FROM contracts \
         WHERE length(temp_login_hash) > 67",
        "SELECT DISTINCT substr(acquisition_hash, 1, length(acquisition_hash) - 67) AS cost FROM grants \
         WHERE length(acquisition_hash) > 67",
    ] {
        for row in Db::from(store).all(query(statement)).await? {
            costs.push(Row::new("users", &row).text("cost")?);
        }
    }
    Ok(costs)
}

/// Runs a statement that replaces `seen` by `hash`; false if there is another one.
async fn replace(
    tx: &mut Tx,
    statement: &'static str,
    user_id: &str,
    seen: &str,
    hash: &str,
) -> Result<bool, StoreError> {
    let statement = replacement(statement, user_id, seen, hash);
    Ok(tx.change(statement).await? == 1)
}

fn replacement(statement: &'static str, user_id: &str, seen: &str, hash: &str) -> Sql {
    query(statement)
        .bind(user_id.to_owned())
        .bind(seen.to_owned())
        .bind(hash.to_owned())
}
