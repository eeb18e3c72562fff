//! One password of a user: its hash and whether it may be tried.

use jiff::Timestamp;

use crate::store::{StoreError, Tx};

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordKind {
    /// ログインパスワード.
    Login,
    /// 確認用パスワード.
    Confirmation,
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
            "UPDATE users SET login_failures = $2, login_locked_until = $3, login_stopped = $4 WHERE id = $1"
        }
        PasswordKind::Confirmation => {
            "UPDATE users SET confirmation_failures = $2, confirmation_locked_until = $3, \
             confirmation_stopped = $4 WHERE id = $1"
        }
    };
    let statement = sqlx::query(statement)
        .bind(user_id.to_owned())
        .bind(i64::from(failures))
        .bind(locked_until.map(Timestamp::as_second))
        .bind(i64::from(stopped));
    Ok(tx.change(statement).await? == 1)
}
