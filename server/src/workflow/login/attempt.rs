//! What a try with a password leads to, decided in one transaction: lock state, history, audit row.

use inkan_pki::secret::Secret;
use jiff::Timestamp;
use serde_json::json;

use crate::mail::Letter;
use crate::mail::letter::Password;
use crate::network::widest;
use crate::store::audit::{Actor, Outcome};
use crate::store::contracts::{self, Contract, Status};
use crate::store::login_history::{self, Login, Method, Via};
use crate::store::shadow_locks::{self, Kind};
use crate::store::users::{self, LastFailure, PasswordKind, User};
use crate::store::{Tx, id};
use crate::workflow::audited::{Entry, audit};
use crate::workflow::company::CompanyRefusal;
use crate::workflow::locks::Lock;
use crate::workflow::login::{certificate_status, proved_certificate_status};
use crate::workflow::mail::tell;
use crate::workflow::passwords::{COMPARISONS, busy};
use crate::workflow::people::People;
use crate::workflow::{Caller, Fault, Refusal, Result};

/// A try of a known user.
pub(in crate::workflow) struct Attempt<'a> {
    pub(in crate::workflow) action: &'static str,
    pub(in crate::workflow) method: Method,
    /// Through what, where the method alone does not say it.
    pub(in crate::workflow) via: Option<Via>,
    /// The user as found by their login ID or certificate.
    pub(in crate::workflow) user: &'a User,
    /// ログインパスワード as typed.
    pub(in crate::workflow) password: &'a Secret,
    pub(in crate::workflow) second: Second<'a>,
    pub(in crate::workflow) presented: Presented<'a>,
    pub(in crate::workflow) caller: Caller,
    pub(in crate::workflow) now: Timestamp,
}

/// The password beside ログインパスワード, where one is asked for.
#[derive(Clone, Copy)]
pub(in crate::workflow) enum Second<'a> {
    None,
    /// 証明書取得用パスワード: whether it was right. Its failures are counted apart.
    Acquisition(bool),
    /// 仮確認用パスワード as typed: both passwords are those that were handed over.
    HandedOver(&'a Secret),
}

/// The certificate that goes with the password.
#[derive(Clone, Copy)]
pub(in crate::workflow) enum Presented<'a> {
    None,
    /// In this connection's handshake, DER.
    InHandshake(&'a [u8]),
    /// By the agent; its id.
    ByAgent(&'a str),
}

impl People<'_> {
    /// Compares the passwords of a known user, decides on the try and records it.
    ///
    /// A password that is replaced while it is compared (by its owner, or by a login that renews an outdated hash) is
    /// compared again: what was typed counts against what is on record when it is counted.
    pub(in crate::workflow) async fn settle(
        &self,
        attempt: Attempt<'_>,
    ) -> Result<(User, Contract)> {
        let mut seen = attempt.user.clone();
        for _ in 0..COMPARISONS {
            let right = self.compare(&attempt, &seen).await?;
            let mut tx = self.store.begin().await?;
            // It may have been revoked while the password was compared.
            match attempt.presented {
                Presented::None => {}
                Presented::InHandshake(der) => {
                    certificate_status(&mut tx, der, attempt.now).await?;
                }
                Presented::ByAgent(id) => {
                    proved_certificate_status(&mut tx, id, attempt.now).await?;
                }
            }
            let user = users::find(&mut tx, &seen.id).await?;
            let user = user.ok_or(Fault::Inconsistent("user is gone"))?;
            if attempt.is_compared_with(&seen, &user) {
                return self.conclude(tx, &attempt, user, right).await;
            }
            tx.rollback().await?;
            seen = user;
        }
        Err(busy())
    }

    /// Whether the passwords are right. Where nobody has shown yet who they are, it takes as long in any case.
    async fn compare(&self, attempt: &Attempt<'_>, user: &User) -> Result<bool> {
        let (hash, password) = (user.login.hash.clone(), attempt.password.clone());
        if !matches!(attempt.presented, Presented::None) {
            let known = self.passwords.verify_known(hash, password, attempt.caller);
            return known.await;
        }
        let first = self.passwords.verify(Some(hash), password, attempt.caller);
        let first = first.await?;
        let Second::HandedOver(confirmation) = attempt.second else {
            return Ok(first);
        };
        // Always both, whatever the first says.
        let hash = Some(user.confirmation.hash.clone());
        let second = self
            .passwords
            .verify(hash, confirmation.clone(), attempt.caller);
        Ok(first & second.await?)
    }

    async fn conclude(
        &self,
        mut tx: Tx,
        attempt: &Attempt<'_>,
        mut user: User,
        right: bool,
    ) -> Result<(User, Contract)> {
        let now = attempt.now;
        let contract = contracts::find(&mut tx, &user.contract_id).await?;
        let contract = contract.ok_or(Fault::Inconsistent("user without contract"))?;
        let by_certificate = attempt.method == Method::Certificate;
        let (kind, lock) = if by_certificate {
            let lock = Lock::from(&user.certificate_login);
            (PasswordKind::LoginWithCertificate, lock)
        } else {
            let last = user.last_failure.as_ref().map(|last| last.at);
            let lock = Lock::from(&user.login);
            let lock = lock.after_a_while(last, &self.settings.locks, now);
            (PasswordKind::Login, lock)
        };
        let acquisition = match attempt.second {
            Second::Acquisition(right) => Some((right, Lock::from(user.acquisition))),
            Second::None | Second::HandedOver(_) => None,
        };
        let own = !matches!(attempt.second, Second::HandedOver(_));
        let locked = lock.refusal(now);
        // Whoever guessed with the certificate in hand is stopped everywhere.
        let locked = locked.or(user.certificate_login.stopped.then_some(Refusal::Stopped));
        let locked = locked.or_else(|| acquisition.and_then(|(_, lock)| lock.refusal(now)));
        let handed_over = user.temporary_until;
        // While nobody gets in, a right guess leaves the same traces as a wrong one.
        let is_user = right && locked.is_none() && !matches!(acquisition, Some((false, _)));
        if let Some(locked) = &locked
            && attempt
                .entry(&user, is_user, Some(locked))
                .is_repeated(self.store, now)
        {
            tx.rollback().await?;
            return Err(locked.clone().into());
        }
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
                let last = failed_now(&user, lock, attempt.caller, now);
                users::set_last_failure(&mut tx, &user.id, Some(&last)).await?;
            }
            Some(self.fail(&mut tx, &user, which, kind, lock, now).await?)
        } else if let Some((false, lock)) = acquisition {
            let (which, kind) = (Password::Acquisition, PasswordKind::Acquisition);
            Some(self.fail(&mut tx, &user, which, kind, lock, now).await?)
        } else {
            if lock != Lock::default() && (by_certificate || is_forgiven(&user, attempt.caller)) {
                store_lock(&mut tx, &user.id, kind, Lock::default()).await?;
                if !by_certificate {
                    users::set_last_failure(&mut tx, &user.id, None).await?;
                }
            }
            if acquisition.is_some_and(|(_, lock)| lock != Lock::default()) {
                let kind = PasswordKind::Acquisition;
                store_lock(&mut tx, &user.id, kind, Lock::default()).await?;
            }
            let certificate_only = attempt.method == Method::Password
                && contract.method == contracts::Method::Certificate;
            (contract.status == Status::Cancelled)
                .then_some(Refusal::ContractCancelled)
                .or(certificate_only.then_some(Refusal::CertificateRequired))
                .or((own && handed_over.is_some()).then_some(CompanyRefusal::NotStarted.into()))
        };
        record(&mut tx, attempt, &user, is_user, refusal.as_ref()).await?;
        tx.commit().await?;
        if let Some(refusal) = refusal {
            return Err(refusal.into());
        }
        if own {
            let (hash, typed) = (&user.login.hash, attempt.password.clone());
            let renewed = self.renew_outdated(&user.id, kind, hash, typed).await;
            user.login.hash = renewed.unwrap_or(user.login.hash);
        }
        Ok((user, contract))
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
            Password::LoginWithoutCertificate => "login-without-certificate",
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
        let shadow = shadow_locks::find(&mut tx, Kind::Login, &key).await?;
        let lock = Lock::from(shadow).after_a_while(shadow.last_at, &self.settings.locks, now);
        let refusal = match lock.refusal(now) {
            Some(locked) => locked,
            None => {
                let lock = lock.failed(&self.settings.locks, now);
                shadow_locks::set(&mut tx, Kind::Login, &key, lock.into(), now).await?;
                lock.refusal(now).unwrap_or(Refusal::CredentialsWrong)
            }
        };
        let subject = key.get(..16).unwrap_or_default();
        let entry = audit(Actor::Anonymous, action, "login-id", subject).from(caller);
        let entry = entry.refused(&refusal);
        if lock.refusal(now).is_some() && entry.is_repeated(self.store, now) {
            tx.rollback().await?;
            return Ok(refusal);
        }
        entry.write(&mut tx, now).await?;
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
    is_user: bool,
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
    let entry = attempt.entry(user, is_user, refusal);
    entry.write(tx, attempt.now).await
}

impl Attempt<'_> {
    /// Whether what was compared with `seen` holds for the user as they are now.
    fn is_compared_with(&self, seen: &User, user: &User) -> bool {
        let second = matches!(self.second, Second::HandedOver(_));
        seen.login.hash == user.login.hash
            && (!second || seen.confirmation.hash == user.confirmation.hash)
    }

    /// Its audit row. Who fails is not known to be the user.
    fn entry<'a>(&self, user: &'a User, is_user: bool, refusal: Option<&Refusal>) -> Entry<'a> {
        let actor = if is_user {
            Actor::User(user.id.clone())
        } else {
            Actor::Anonymous
        };
        let mut entry = audit(actor, self.action, "user", &user.id).from(self.caller);
        if let Some(via) = self.via {
            entry = entry.detail(json!({ "via": via }));
        }
        if let Some(refusal) = refusal {
            entry = entry.refused(refusal);
        }
        entry
    }
}

/// A network as it is noted; an address that is not known counts as one.
fn noted(caller: Caller) -> String {
    let network = caller.address.map(widest);
    network.map_or_else(|| "-".to_owned(), |network| network.to_string())
}

/// The failure of now: from the network of all before it, or from several.
fn failed_now(user: &User, lock: Lock, caller: Caller, now: Timestamp) -> LastFailure {
    let network = noted(caller);
    let before = user.last_failure.as_ref().filter(|_| lock.failures > 0);
    let same = before.is_none_or(|before| before.network == network);
    LastFailure {
        at: now,
        network: if same { network } else { String::new() },
    }
}

/// Whether a right password wipes out the failures before it: where all of them came from where it comes from. Those of
/// others stay until they are forgotten, as with a login ID that nobody has: that somebody logged in shows nowhere else.
fn is_forgiven(user: &User, caller: Caller) -> bool {
    let network = noted(caller);
    let last = user.last_failure.as_ref();
    last.is_none_or(|last| last.network == network)
}
