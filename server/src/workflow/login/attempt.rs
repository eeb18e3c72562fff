//! What a try with a password leads to, decided in one transaction: lock state, history, audit row.

use jiff::Timestamp;
use serde_json::json;

use crate::mail::Letter;
use crate::mail::letter::Password;
use crate::store::audit::{Actor, Outcome};
use crate::store::contracts::{self, Contract, Status};
use crate::store::login_history::{self, Login, Method, Via};
use crate::store::shadow_locks::{self, Kind};
use crate::store::users::{self, PasswordKind, User};
use crate::store::{Tx, id};
use crate::workflow::audited::audit;
use crate::workflow::company::CompanyRefusal;
use crate::workflow::locks::Lock;
use crate::workflow::mail::tell;
use crate::workflow::people::People;
use crate::workflow::{Caller, Fault, Refusal, Result};

/// A try whose password was compared.
pub(in crate::workflow) struct Attempt<'a> {
    pub(in crate::workflow) action: &'static str,
    pub(in crate::workflow) method: Method,
    /// Through what, where the method alone does not say it.
    pub(in crate::workflow) via: Option<Via>,
    /// The user as read when the password was compared.
    pub(in crate::workflow) user: &'a User,
    /// Whether it was right.
    pub(in crate::workflow) right: bool,
    /// Whether a second password, where one is asked for, was right too.
    pub(in crate::workflow) second: Option<bool>,
    /// Whether the user's own passwords are asked for, or those that were handed over.
    pub(in crate::workflow) own: bool,
    pub(in crate::workflow) caller: Caller,
    pub(in crate::workflow) now: Timestamp,
}

impl People<'_> {
    /// Decides on a try of a known user and records it; `rule` may still refuse a right password. The transaction is
    /// committed either way.
    pub(in crate::workflow) async fn settle(
        &self,
        mut tx: Tx,
        attempt: Attempt<'_>,
        rule: impl FnOnce(&Contract) -> Option<Refusal>,
    ) -> Result<(User, Contract)> {
        let now = attempt.now;
        let user = users::find(&mut tx, &attempt.user.id).await?;
        let user = user.ok_or(Fault::Inconsistent("user is gone"))?;
        let contract = contracts::find(&mut tx, &user.contract_id).await?;
        let contract = contract.ok_or(Fault::Inconsistent("user without contract"))?;
        let lock = Lock::from(&user.login);
        let second = Lock::from(user.acquisition);
        let locked = lock.refusal(now);
        let locked = locked.or_else(|| attempt.second.and_then(|_| second.refusal(now)));
        let right = attempt.right && user.login.hash == attempt.user.login.hash;
        let handed_over = user.temporary_until;
        let refusal = if locked.is_some() {
            locked
        } else if !right || (!attempt.own && handed_over.is_none_or(|until| now >= until)) {
            let (which, kind) = (Password::Login, PasswordKind::Login);
            Some(self.fail(&mut tx, &user, which, kind, lock, now).await?)
        } else if attempt.second == Some(false) {
            let (which, kind) = (Password::Acquisition, PasswordKind::Acquisition);
            Some(self.fail(&mut tx, &user, which, kind, second, now).await?)
        } else {
            if lock != Lock::default() {
                store_lock(&mut tx, &user.id, PasswordKind::Login, Lock::default()).await?;
            }
            if attempt.second.is_some() && second != Lock::default() {
                let kind = PasswordKind::Acquisition;
                store_lock(&mut tx, &user.id, kind, Lock::default()).await?;
            }
            (contract.status == Status::Cancelled)
                .then_some(Refusal::ContractCancelled)
                .or_else(|| rule(&contract))
                .or((attempt.own && handed_over.is_some())
                    .then_some(CompanyRefusal::NotStarted.into()))
        };
        record(&mut tx, &attempt, &user, refusal.as_ref()).await?;
        tx.commit().await?;
        match refusal {
            Some(refusal) => Err(refusal.into()),
            None => Ok((user, contract)),
        }
    }

    /// One more failure with a password: counted, stored, told.
    async fn fail(
        &self,
        tx: &mut Tx,
        user: &User,
        which: Password,
        kind: PasswordKind,
        lock: Lock,
        now: Timestamp,
    ) -> Result<Refusal> {
        let lock = lock.failed(&self.settings.locks, now);
        store_lock(tx, &user.id, kind, lock).await?;
        self.tell_lock(tx, user, which, lock, now).await?;
        Ok(lock.refusal(now).unwrap_or(Refusal::CredentialsWrong))
    }

    /// Writes to a user whose password has just been locked or stopped.
    pub(in crate::workflow) async fn tell_lock(
        &self,
        tx: &mut Tx,
        user: &User,
        password: Password,
        lock: Lock,
        now: Timestamp,
    ) -> Result<()> {
        let letter = match (lock.stopped, lock.locked_at(now)) {
            (true, _) => Letter::PasswordStopped { password, at: now },
            (false, Some(until)) => Letter::PasswordLocked { password, until },
            (false, None) => return Ok(()),
        };
        let which = match password {
            Password::Login => "login",
            Password::Confirmation => "confirmation",
            Password::Acquisition => "acquisition",
        };
        let key = format!("{}:{which}:{}", user.id, now.as_second());
        tell(tx, user, &key, &letter, now).await?;
        Ok(())
    }

    /// Decides on a try with a login ID nobody has: counted and locked like any other.
    pub(in crate::workflow) async fn settle_unknown(
        &self,
        action: &'static str,
        login_id: &str,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Refusal> {
        // People type passwords into the wrong field: only a digest is kept.
        let key = id::sha256_hex(login_id.as_bytes());
        let mut tx = self.store.begin().await?;
        let lock = Lock::from(shadow_locks::find(&mut tx, Kind::Login, &key).await?);
        let refusal = match lock.refusal(now) {
            Some(locked) => locked,
            None => {
                let lock = lock.failed(&self.settings.locks, now);
                shadow_locks::set(&mut tx, Kind::Login, &key, lock.into(), now).await?;
                lock.refusal(now).unwrap_or(Refusal::CredentialsWrong)
            }
        };
        let entry = audit(
            Actor::Anonymous,
            action,
            "login-id",
            key.get(..16).unwrap_or_default(),
        );
        entry
            .from(caller)
            .refused(&refusal)
            .write(&mut tx, now)
            .await?;
        tx.commit().await?;
        Ok(refusal)
    }
}

async fn store_lock(tx: &mut Tx, user_id: &str, kind: PasswordKind, lock: Lock) -> Result<()> {
    let Lock {
        failures,
        locked_until,
        stopped,
    } = lock;
    users::set_password_state(tx, user_id, kind, failures, locked_until, stopped).await?;
    Ok(())
}

async fn record(
    tx: &mut Tx,
    attempt: &Attempt<'_>,
    user: &User,
    refusal: Option<&Refusal>,
) -> Result<()> {
    let login = Login {
        user_id: user.id.clone(),
        at: attempt.now,
        method: attempt.method,
        via: attempt.via,
        outcome: if refusal.is_some() {
            Outcome::Refused
        } else {
            Outcome::Done
        },
        code: refusal.map(Refusal::code).unwrap_or_default().to_owned(),
        address: attempt.caller.address.map(|address| address.to_string()),
    };
    login_history::insert(tx, &login).await?;
    // Who fails is not known to be the user.
    let actor = if attempt.right && attempt.second != Some(false) {
        Actor::User(user.id.clone())
    } else {
        Actor::Anonymous
    };
    let mut entry = audit(actor, attempt.action, "user", &user.id).from(attempt.caller);
    if let Some(via) = attempt.via {
        entry = entry.detail(json!({ "via": via }));
    }
    if let Some(refusal) = refusal {
        entry = entry.refused(refusal);
    }
    entry.write(tx, attempt.now).await
}
