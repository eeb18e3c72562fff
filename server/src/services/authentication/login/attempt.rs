//! The consequences of an attempt with a password, decided in one transaction: lock state, history, audit row.

use inkan_pki::secret::Secret;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::mail::Notification;
use crate::mail::notification::Password;
use crate::network::widest;
use crate::services::account_service::AccountService;
use crate::services::accounts::company::CompanyRefusal;
use crate::services::accounts::passwords::{COMPARISONS, busy};
use crate::services::authentication::locks::Lock;
use crate::services::authentication::login::{certificate_status, proved_certificate_status};
use crate::services::command::Outcome;
use crate::services::notifications::tell;
use crate::services::{Caller, Fault, Refusal, RequestContext, Result};
use crate::store::audit::AuditAction;
use crate::store::audit::{self, Actor};
use crate::store::contracts::{self, Contract, Status};
use crate::store::login_history::{self, Login, Method, Via};
use crate::store::shadow_locks::{self, Kind};
use crate::store::users::{self, LastFailure, PasswordKind, User};
use crate::store::{Tx, id};

/// An attempt of a known user.
pub(in crate::services) struct Attempt<'a> {
    pub(in crate::services) context: &'a RequestContext,
    pub(in crate::services) action: AuditAction,
    pub(in crate::services) method: Method,
    /// How the certificate was presented, if the method alone does not show it.
    pub(in crate::services) via: Option<Via>,
    /// The user as found by their login ID or certificate.
    pub(in crate::services) user: &'a User,
    /// ログインパスワード as typed.
    pub(in crate::services) password: &'a Secret,
    pub(in crate::services) second: Second<'a>,
    pub(in crate::services) presented: Presented<'a>,
}

/// The password besides ログインパスワード, if one is required.
#[derive(Clone, Copy)]
pub(in crate::services) enum Second<'a> {
    None,
    /// 証明書取得用パスワード: whether it was correct. Its failures are counted separately.
    Acquisition(bool),
    /// 仮確認用パスワード as typed: both passwords are temporary.
    HandedOver(&'a Secret),
}

/// The certificate that goes with the password.
#[derive(Clone, Copy)]
pub(in crate::services) enum Presented<'a> {
    None,
    /// In this connection's handshake, DER.
    InHandshake(&'a [u8]),
    /// By the agent; its id.
    ByAgent(&'a str),
}

impl AccountService<'_> {
    /// Compares the passwords of a known user, decides on the attempt and records it.
    ///
    /// A password that is replaced during the comparison (by its owner, or by a login that renews an outdated hash) is
    /// compared again: the typed password counts against what is stored at the time of counting.
    pub(in crate::services) async fn settle(
        &self,
        attempt: Attempt<'_>,
    ) -> Result<(User, Contract)> {
        let now = attempt.context.now;
        let command = attempt
            .context
            .command(attempt.action, ("user", &attempt.user.id));
        let mut seen = attempt.user.clone();
        for _ in 0..COMPARISONS {
            let right = self.compare(&attempt, &seen).await?;
            let settled = self.execute(command, async |tx| {
                // It may have been revoked during the comparison.
                match attempt.presented {
                    Presented::None => {}
                    Presented::InHandshake(der) => {
                        certificate_status(&mut *tx, der, now).await?;
                    }
                    Presented::ByAgent(id) => {
                        proved_certificate_status(&mut *tx, id, now).await?;
                    }
                }
                let user = users::find(&mut *tx, &seen.id).await?;
                let user = user.ok_or(Fault::Inconsistent("user is gone"))?;
                if attempt.is_compared_with(&seen, &user) {
                    return self.conclude(tx, &attempt, user, right).await;
                }
                Ok(Outcome::recorded(Settled::Replaced(Box::new(user))))
            });
            let (mut user, contract) = match settled.await? {
                Settled::Admitted(admitted) => *admitted,
                Settled::Replaced(user) => {
                    seen = *user;
                    continue;
                }
            };
            if attempt.asks_for_own() {
                let (hash, typed) = (&user.login.hash, attempt.password.clone());
                let renewed = self.renew_outdated(&user.id, attempt.kind(), hash, typed);
                user.login.hash = renewed.await.unwrap_or(user.login.hash);
            }
            return Ok((user, contract));
        }
        Err(busy())
    }

    /// Whether the passwords are correct. As long as the user is not authenticated, it always takes the same time.
    async fn compare(&self, attempt: &Attempt<'_>, user: &User) -> Result<bool> {
        let (hash, password) = (user.login.hash.clone(), attempt.password.clone());
        if !matches!(attempt.presented, Presented::None) {
            let known = self
                .passwords
                .verify_known(hash, password, attempt.context.caller);
            return known.await;
        }
        let first = self
            .passwords
            .verify(Some(hash), password, attempt.context.caller);
        let first = first.await?;
        let Second::HandedOver(confirmation) = attempt.second else {
            return Ok(first);
        };
        // Always both, whatever the first result.
        let hash = Some(user.confirmation.hash.clone());
        let second = self
            .passwords
            .verify(hash, confirmation.clone(), attempt.context.caller);
        Ok(first & second.await?)
    }

    async fn conclude(
        &self,
        tx: &mut Tx,
        attempt: &Attempt<'_>,
        user: User,
        right: bool,
    ) -> Result<Outcome<Settled>> {
        let now = attempt.context.now;
        let contract = contracts::find(&mut *tx, &user.contract_id).await?;
        let contract = contract.ok_or(Fault::Inconsistent("user without contract"))?;
        let by_certificate = attempt.method == Method::Certificate;
        let kind = attempt.kind();
        let lock = if by_certificate {
            Lock::from(&user.certificate_login)
        } else {
            let last = user.last_failure.as_ref().map(|last| last.at);
            Lock::from(&user.login).after_a_while(last, &self.settings.locks, now)
        };
        let acquisition = match attempt.second {
            Second::Acquisition(right) => Some((right, Lock::from(user.acquisition))),
            Second::None | Second::HandedOver(_) => None,
        };
        let own = attempt.asks_for_own();
        let locked = lock.refusal(now);
        // Somebody who guessed with the certificate is suspended everywhere.
        let locked = locked.or(user
            .certificate_login
            .suspended
            .then_some(Refusal::Suspended));
        let locked = locked.or_else(|| acquisition.and_then(|(_, lock)| lock.refusal(now)));
        let handed_over = user.temporary_until;
        // During a lock, a correct guess leaves the same traces as a wrong one.
        let is_user = right && locked.is_none() && !matches!(acquisition, Some((false, _)));
        let unlooked_at = locked.is_some();
        let refusal = if locked.is_some() {
            locked
        } else if !right || (!own && handed_over.is_none_or(|until| now >= until)) {
            let without = contract.method == contracts::Method::Certificate && !by_certificate;
            let which = if without {
                Password::LoginWithoutCertificate
            } else {
                Password::Login
            };
            if !by_certificate {
                let last = failed_now(&user, lock, attempt.context.caller, now);
                users::set_last_failure(tx, &user.id, Some(&last)).await?;
            }
            Some(self.fail(tx, &user, which, kind, lock, now).await?)
        } else if let Some((false, lock)) = acquisition {
            let (which, kind) = (Password::Acquisition, PasswordKind::Acquisition);
            Some(self.fail(tx, &user, which, kind, lock, now).await?)
        } else {
            if lock != Lock::default()
                && (by_certificate || is_forgiven(&user, attempt.context.caller))
            {
                store_lock(tx, &user.id, kind, Lock::default()).await?;
                if !by_certificate {
                    users::set_last_failure(tx, &user.id, None).await?;
                }
            }
            if acquisition.is_some_and(|(_, lock)| lock != Lock::default()) {
                let kind = PasswordKind::Acquisition;
                store_lock(tx, &user.id, kind, Lock::default()).await?;
            }
            let certificate_only = attempt.method == Method::Password
                && contract.method == contracts::Method::Certificate;
            (contract.status == Status::Cancelled)
                .then_some(Refusal::ContractCancelled)
                .or(certificate_only.then_some(Refusal::CertificateRequired))
                .or((own && handed_over.is_some()).then_some(CompanyRefusal::NotStarted.into()))
        };
        login_history::insert(tx, &attempt.login(&user, refusal.as_ref())).await?;
        // Whoever fails is not known to be the user.
        let actor = match is_user {
            true => Actor::User(user.id.clone()),
            false => Actor::Anonymous,
        };
        let outcome = match refusal {
            None => Outcome::done(Settled::Admitted(Box::new((user, contract)))),
            Some(refusal) if unlooked_at => Outcome::refused(refusal).unless_repeated(),
            Some(refusal) => Outcome::refused(refusal),
        };
        let via = attempt.via.map_or(Value::Null, |via| json!({ "via": via }));
        Ok(outcome.by(actor).detail(via))
    }

    /// One more failure with a password: counted, stored, notified.
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

    /// Notifies a user whose password has just been locked or suspended.
    pub(in crate::services) async fn tell_lock(
        &self,
        tx: &mut Tx,
        user: &User,
        password: Password,
        lock: Lock,
        now: Timestamp,
    ) -> Result<()> {
        let letter = match (lock.suspended, lock.locked_at(now)) {
            (true, _) => Notification::PasswordSuspended { password, at: now },
            (false, Some(until)) => Notification::PasswordLocked { password, until },
            (false, None) => return Ok(()),
        };
        let which = match password {
            Password::Login => "login",
            Password::LoginWithoutCertificate => "login-without-certificate",
            Password::Confirmation => "confirmation",
            Password::Acquisition => "acquisition",
        };
        let key = format!("{}:{which}:{}", user.id, now.as_second());
        tell(tx, user, &key, &letter, now).await?;
        Ok(())
    }

    /// Refuses an attempt with an unknown login ID: counted and locked like any other.
    pub(in crate::services) async fn settle_unknown<T>(
        &self,
        context: &RequestContext,
        action: AuditAction,
        login_id: &str,
    ) -> Result<T> {
        let now = context.now;
        // People type passwords into the wrong field: only a digest is stored.
        let key = id::sha256_hex(login_id.as_bytes());
        let subject = key.get(..16).unwrap_or_default();
        let command = context.command(action, ("login-id", subject));
        let settled = self.execute(command, async |tx| {
            let shadow = shadow_locks::find(&mut *tx, Kind::Login, &key).await?;
            let lock = Lock::from(shadow).after_a_while(shadow.last_at, &self.settings.locks, now);
            if let Some(locked) = lock.refusal(now) {
                return Ok(Outcome::refused(locked).unless_repeated());
            }
            let lock = lock.failed(&self.settings.locks, now);
            shadow_locks::set(tx, Kind::Login, &key, lock.into(), now).await?;
            let refusal = lock.refusal(now).unwrap_or(Refusal::CredentialsWrong);
            Ok(Outcome::refused(refusal))
        });
        settled.await
    }
}

/// The result of a comparison, if it was not refused.
enum Settled {
    /// The passwords are correct.
    Admitted(Box<(User, Contract)>),
    /// A password was replaced during the comparison: the user in the current state.
    Replaced(Box<User>),
}

async fn store_lock(tx: &mut Tx, user_id: &str, kind: PasswordKind, lock: Lock) -> Result<()> {
    let Lock {
        failures,
        locked_until,
        suspended,
    } = lock;
    users::set_password_state(tx, user_id, kind, failures, locked_until, suspended).await?;
    Ok(())
}

impl Attempt<'_> {
    /// Whether a comparison with `seen` still holds for the user in the current state.
    fn is_compared_with(&self, seen: &User, user: &User) -> bool {
        let second = matches!(self.second, Second::HandedOver(_));
        seen.login.hash == user.login.hash
            && (!second || seen.confirmation.hash == user.confirmation.hash)
    }

    /// Whether the user's own passwords are required, or the temporary ones.
    fn asks_for_own(&self) -> bool {
        !matches!(self.second, Second::HandedOver(_))
    }

    /// Which password's failures are counted.
    fn kind(&self) -> PasswordKind {
        match self.method {
            Method::Certificate => PasswordKind::LoginWithCertificate,
            Method::Password | Method::Enrolment => PasswordKind::Login,
        }
    }

    /// Its row in the history of logins.
    fn login(&self, user: &User, refusal: Option<&Refusal>) -> Login {
        let RequestContext { caller, now, .. } = self.context;
        Login {
            user_id: user.id.clone(),
            at: *now,
            method: self.method,
            via: self.via,
            outcome: match refusal {
                Some(_) => audit::Outcome::Refused,
                None => audit::Outcome::Done,
            },
            code: refusal.map(Refusal::code).unwrap_or_default().to_owned(),
            address: caller.address.map(|address| address.to_string()),
        }
    }
}

/// A network as stored; an unknown address counts as one.
fn noted(caller: Caller) -> String {
    let network = caller.address.map(widest);
    network.map_or_else(|| "-".to_owned(), |network| network.to_string())
}

/// The new failure: from the network of all earlier ones, or from several.
fn failed_now(user: &User, lock: Lock, caller: Caller, now: Timestamp) -> LastFailure {
    let network = noted(caller);
    let before = user.last_failure.as_ref().filter(|_| lock.failures > 0);
    let same = before.is_none_or(|before| before.network == network);
    LastFailure {
        at: now,
        network: if same { network } else { String::new() },
    }
}

/// Whether a correct password clears the earlier failures: only if all of them came from its own network. Failures from
/// other networks stay until they are forgotten, as with an unknown login ID: nothing else reveals that somebody logged
/// in.
fn is_forgiven(user: &User, caller: Caller) -> bool {
    let network = noted(caller);
    let last = user.last_failure.as_ref();
    last.is_none_or(|last| last.network == network)
}
