//! One password of a user: its hash and whether it may be tried.

use jiff::Timestamp;

use crate::store::{StoreError, Tx};

/// Which one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordKind {
    /// ログインパスワード.
    Login,
    /// 確認用パスワード.
    Confirmation,
    /// 証明書取得用パスワード. Its hash is a grant's.
    Acquisition,
}

/// Lock state alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tries {
    /// Failures since the last success.
    pub failures: u32,
    /// No tries before.
    pub locked_until: Option<Timestamp>,
    /// No tries until somebody releases it.
    pub stopped: bool,
}

/// Hash and lock state.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordState {
    /// Argon2 string.
    pub hash: String,
    /// Failures since the last success.
    pub failures: u32,
    /// 利用一時停止: no tries before.
    pub locked_until: Option<Timestamp>,
    /// 利用停止: no tries until somebody else releases it.
    pub stopped: bool,
    /// How often it was stopped: a stop after a release is another one.
    pub stops: u32,
}

impl std::fmt::Debug for PasswordState {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("PasswordState")
            .field("failures", &self.failures)
            .field("locked_until", &self.locked_until)
            .field("stopped", &self.stopped)
            .finish_non_exhaustive()
    }
}

/// Stores failures, lock and stop of one password (not the hash). False when there is no such user.
pub async fn set_password_state(
    tx: &mut Tx,
    user_id: &str,
    kind: PasswordKind,
    failures: u32,
    locked_until: Option<Timestamp>,
    stopped: bool,
) -> Result<bool, StoreError> {
    let statement = match kind {
        PasswordKind::Login => {
            "UPDATE users SET login_failures = $2, login_locked_until = $3, login_stopped = $4, \
             login_stops = login_stops + CASE WHEN login_stopped < $4 THEN 1 ELSE 0 END WHERE id = $1"
        }
        PasswordKind::Confirmation => {
            "UPDATE users SET confirmation_failures = $2, confirmation_locked_until = $3, \
             confirmation_stopped = $4, confirmation_stops = confirmation_stops + \
             CASE WHEN confirmation_stopped < $4 THEN 1 ELSE 0 END WHERE id = $1"
        }
        PasswordKind::Acquisition => {
            "UPDATE users SET acquisition_failures = $2, acquisition_locked_until = $3, \
             acquisition_stopped = $4 WHERE id = $1"
        }
    };
    let statement = sqlx::query(statement)
        .bind(user_id.to_owned())
        .bind(i64::from(failures))
        .bind(locked_until.map(Timestamp::as_second))
        .bind(i64::from(stopped));
    Ok(tx.change(statement).await? == 1)
}

/// Stores a new hash of a user's own and forgets the failures with the one before, if that is still `seen`. False when
/// it is not, or the kind has no hash of a user's.
pub async fn set_password_hash(
    tx: &mut Tx,
    user_id: &str,
    kind: PasswordKind,
    seen: &str,
    hash: &str,
) -> Result<bool, StoreError> {
    let statement = match kind {
        PasswordKind::Login => {
            "UPDATE users SET login_hash = $3, login_failures = 0, login_locked_until = NULL, login_stopped = 0 \
             WHERE id = $1 AND login_hash = $2"
        }
        PasswordKind::Confirmation => {
            "UPDATE users SET confirmation_hash = $3, confirmation_failures = 0, \
             confirmation_locked_until = NULL, confirmation_stopped = 0 WHERE id = $1 AND confirmation_hash = $2"
        }
        PasswordKind::Acquisition => return Ok(false),
    };
    let statement = sqlx::query(statement)
        .bind(user_id.to_owned())
        .bind(seen.to_owned())
        .bind(hash.to_owned());
    Ok(tx.change(statement).await? == 1)
}
