//! 確認用パスワード: required before an operation that cannot be undone. Its failures lock it, and not the login. The same for
//! the login password of a user who is logged in.

use inkan_pki::secret::Secret;
use jiff::Timestamp;

use crate::mail::notification::Password;
use crate::services::account_service::AccountService;
use crate::services::accounts::passwords::{COMPARISONS, busy};
use crate::services::authentication::locks::Lock;
use crate::services::command::Outcome;
use crate::services::{Fault, Refusal, RequestContext, Result};
use crate::store::Tx;
use crate::store::audit::AuditAction;
use crate::store::contracts::{self, Status};
use crate::store::users::{self, PasswordKind, PasswordState, User};

impl AccountService<'_> {
    /// The user, if the 確認用パスワード is correct and their contract is active. The outcome is recorded in both cases.
    ///
    /// # Errors
    /// [`Refusal::CredentialsWrong`], [`Refusal::TemporarilyLocked`], [`Refusal::Suspended`],
    /// [`Refusal::ContractCancelled`], [`Refusal::SessionEnded`] for a user who no longer exists.
    pub async fn confirm(&self, context: &RequestContext, confirmation: Secret) -> Result<User> {
        let kind = PasswordKind::Confirmation;
        self.prove(context, kind, confirmation).await
    }

    /// The calling user, if the password is correct. Failures lock this password and no other. One that is replaced
    /// during the comparison is compared again.
    ///
    /// # Errors
    /// As [`Self::confirm`].
    pub(in crate::services) async fn prove(
        &self,
        context: &RequestContext,
        kind: PasswordKind,
        typed: Secret,
    ) -> Result<User> {
        let action = match kind {
            PasswordKind::Login | PasswordKind::LoginWithCertificate => {
                AuditAction::UserLoginPasswordGiven
            }
            PasswordKind::Confirmation => AuditAction::UserConfirmed,
            PasswordKind::Acquisition => {
                return Err(Fault::Inconsistent("not a user's own").into());
            }
        };
        let user_id = context.user_id()?;
        let command = context.command(action, ("user", user_id));
        let seen = users::find(self.store, user_id).await?;
        let mut seen = seen.ok_or(Refusal::SessionEnded)?;
        for _ in 0..COMPARISONS {
            let hash = own(&seen, kind).hash.clone();
            let known = self
                .passwords
                .verify_known(hash, typed.clone(), context.caller);
            let right = known.await?;
            let settled = self.execute(command, async |tx| {
                let user = users::find(&mut *tx, user_id).await?;
                let user = user.ok_or(Refusal::SessionEnded)?;
                if own(&user, kind).hash != own(&seen, kind).hash {
                    return Ok(Outcome::recorded((user, false)));
                }
                self.settle_own(tx, context.now, kind, user, right).await
            });
            let (mut user, same) = settled.await?;
            if !same {
                seen = user;
                continue;
            }
            let renewed = self.renew_outdated(user_id, kind, &own(&user, kind).hash, typed);
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
            return Ok(user);
        }
        Err(busy())
    }

    /// Decides on an attempt whose password was compared with the stored one.
    async fn settle_own(
        &self,
        tx: &mut Tx,
        now: Timestamp,
        kind: PasswordKind,
        user: User,
        right: bool,
    ) -> Result<Outcome<(User, bool)>> {
        let contract = contracts::find(&mut *tx, &user.contract_id).await?;
        let contract = contract.ok_or(Fault::Inconsistent("user without contract"))?;
        let lock = Lock::from(own(&user, kind));
        if let Some(locked) = lock.refusal(now) {
            return Ok(Outcome::refused(locked).unless_repeated());
        }
        let after = match right {
            true => Lock::default(),
            false => lock.failed(&self.settings.locks, now),
        };
        if after != lock {
            let (failures, until, suspended) =
                (after.failures, after.locked_until, after.suspended);
            users::set_password_state(tx, &user.id, kind, failures, until, suspended).await?;
            let which = match kind {
                PasswordKind::Login | PasswordKind::LoginWithCertificate => Password::Login,
                PasswordKind::Confirmation | PasswordKind::Acquisition => Password::Confirmation,
            };
            self.tell_lock(tx, &user, which, after, now).await?;
        }
        if !right {
            let why = after.refusal(now).unwrap_or(Refusal::CredentialsWrong);
            return Ok(Outcome::refused(why));
        }
        if contract.status == Status::Cancelled {
            return Ok(Outcome::refused(Refusal::ContractCancelled));
        }
        Ok(Outcome::done((user, true)))
    }
}

/// The password of this kind.
fn own(user: &User, kind: PasswordKind) -> &PasswordState {
    match kind {
        PasswordKind::Login => &user.login,
        PasswordKind::LoginWithCertificate => &user.certificate_login,
        PasswordKind::Confirmation | PasswordKind::Acquisition => &user.confirmation,
    }
}
