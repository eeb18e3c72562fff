//! 確認用パスワード: asked for before a deed that cannot be taken back. Its failures lock it, and not the login. The same
//! for the login password of somebody who is logged in.

use inkan_pki::secret::Secret;
use jiff::Timestamp;

use crate::mail::letter::Password;
use crate::store::Tx;
use crate::store::audit::Actor;
use crate::store::contracts::{self, Status};
use crate::store::users::{self, PasswordKind, PasswordState, User};
use crate::workflow::audited::audit;
use crate::workflow::locks::Lock;
use crate::workflow::passwords::{COMPARISONS, busy};
use crate::workflow::people::People;
use crate::workflow::{Caller, Fault, Refusal, Result};

impl People<'_> {
    /// The user, if the 確認用パスワード is theirs and their contract is in force. The outcome is recorded either way.
    ///
    /// # Errors
    /// [`Refusal::CredentialsWrong`], [`Refusal::TemporarilyLocked`], [`Refusal::Stopped`],
    /// [`Refusal::ContractCancelled`], [`Refusal::SessionEnded`] for a user who is gone.
    pub async fn confirm(
        &self,
        user_id: &str,
        confirmation: Secret,
        caller: Caller,
        now: Timestamp,
    ) -> Result<User> {
        let kind = PasswordKind::Confirmation;
        self.prove(user_id, kind, confirmation, caller, now).await
    }

    /// The user, if the password is theirs. Failures lock this password and no other.
    ///
    /// # Errors
    /// As [`Self::confirm`].
    pub(in crate::workflow) async fn prove(
        &self,
        user_id: &str,
        kind: PasswordKind,
        typed: Secret,
        caller: Caller,
        now: Timestamp,
    ) -> Result<User> {
        let (which, action) = match kind {
            PasswordKind::Login | PasswordKind::LoginWithCertificate => {
                (Password::Login, "user.login-password-given")
            }
            PasswordKind::Confirmation => (Password::Confirmation, "user.confirmed"),
            PasswordKind::Acquisition => {
                return Err(Fault::Inconsistent("not a user's own").into());
            }
        };
        let of = |user: &User| match kind {
            PasswordKind::Login => user.login.clone(),
            PasswordKind::LoginWithCertificate => user.certificate_login.clone(),
            PasswordKind::Confirmation | PasswordKind::Acquisition => user.confirmation.clone(),
        };
        let (mut tx, mut user, right) = self.compare_own(user_id, of, &typed, caller).await?;
        let contract = contracts::find(&mut tx, &user.contract_id).await?;
        let contract = contract.ok_or(Fault::Inconsistent("user without contract"))?;
        let present = of(&user);
        let lock = Lock::from(&present);
        let (after, refusal) = if let Some(locked) = lock.refusal(now) {
            (lock, Some(locked))
        } else if !right {
            let failed = lock.failed(&self.settings.locks, now);
            let why = failed.refusal(now).unwrap_or(Refusal::CredentialsWrong);
            (failed, Some(why))
        } else if contract.status == Status::Cancelled {
            (Lock::default(), Some(Refusal::ContractCancelled))
        } else {
            (Lock::default(), None)
        };
        if after != lock {
            let Lock {
                failures,
                locked_until,
                stopped,
            } = after;
            users::set_password_state(&mut tx, user_id, kind, failures, locked_until, stopped)
                .await?;
            self.tell_lock(&mut tx, &user, which, after, now).await?;
        }
        let mut entry =
            audit(Actor::User(user_id.to_owned()), action, "user", user_id).from(caller);
        if let Some(refusal) = &refusal {
            entry = entry.refused(refusal);
            if lock.refusal(now).is_some() && entry.is_repeated(self.store, now) {
                tx.rollback().await?;
                return Err(refusal.clone().into());
            }
        }
        entry.write(&mut tx, now).await?;
        tx.commit().await?;
        if let Some(refusal) = refusal {
            return Err(refusal.into());
        }
        let renewed = self.renew_outdated(user_id, kind, &present.hash, typed);
        if let Some(renewed) = renewed.await {
            match kind {
                PasswordKind::Login | PasswordKind::LoginWithCertificate => {
                    (user.login.hash, user.certificate_login.hash) = (renewed.clone(), renewed);
                }
                PasswordKind::Confirmation | PasswordKind::Acquisition => {
                    user.confirmation.hash = renewed;
                }
            }
        }
        Ok(user)
    }

    /// Whether a password is the user's own, and the transaction in which that is still so: one that is replaced while
    /// it is compared is compared again.
    async fn compare_own(
        &self,
        user_id: &str,
        of: impl Fn(&User) -> PasswordState,
        typed: &Secret,
        caller: Caller,
    ) -> Result<(Tx, User, bool)> {
        let seen = users::find(self.store, user_id).await?;
        let mut seen = of(&seen.ok_or(Refusal::SessionEnded)?);
        for _ in 0..COMPARISONS {
            let known = self
                .passwords
                .verify_known(seen.hash.clone(), typed.clone(), caller);
            let right = known.await?;
            let mut tx = self.store.begin().await?;
            let user = users::find(&mut tx, user_id).await?;
            let user = user.ok_or(Refusal::SessionEnded)?;
            let present = of(&user);
            if present.hash == seen.hash {
                return Ok((tx, user, right));
            }
            tx.rollback().await?;
            seen = present;
        }
        Err(busy())
    }
}
