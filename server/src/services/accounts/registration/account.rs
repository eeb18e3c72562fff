//! BLIS005: the account and both temporary passwords must match. The response never shows what did not; an account that
//! does not exist costs the same work, gets the same response and locks the same way.

use inkan_pki::secret::Secret;
use jiff::Timestamp;

use super::Wizard;
use crate::services::account_service::AccountService;
use crate::services::authentication::locks::Lock;
use crate::services::authentication::session::{self, NewSession, Stage, Started};
use crate::services::command::Outcome;
use crate::services::validation::{Errors, Field, Problem, codes};
use crate::services::{Fault, Refusal, RequestContext, Result};
use crate::store::audit::AuditAction;
use crate::store::contracts::{self, AccountType, Contract, Status};
use crate::store::shadow_locks::{self, Kind, ShadowLock};
use crate::store::{id, sessions};

const ACTION: AuditAction = AuditAction::RegistrationAccount;

/// BLIS005 as it is entered.
#[derive(Debug, Clone)]
pub struct AccountForm {
    /// 支店番号.
    pub branch: String,
    /// 科目: `ordinary` or `current`.
    pub account_type: String,
    /// 口座番号.
    pub account: String,
    /// 仮ログインパスワード.
    pub temp_login: Secret,
    /// 仮確認用パスワード.
    pub temp_confirmation: Secret,
}

struct Account {
    branch: String,
    account_type: AccountType,
    account: String,
}

impl AccountService<'_> {
    /// Checks account and temporary passwords; returns the wizard's session, in stage [`Stage::AccountProved`].
    ///
    /// # Errors
    /// [`Refusal::Fields`] (not of the right form), [`Refusal::AccountNotMatched`], [`Refusal::AccountLocked`].
    pub async fn check_account(
        &self,
        context: &RequestContext,
        form: AccountForm,
    ) -> Result<Started> {
        let account = checked(&form)?;
        let Account {
            branch,
            account_type,
            account: number,
        } = &account;
        let found = contracts::by_account(self.store, branch, *account_type, number).await?;
        let usable = found.filter(|contract| contract.status == Status::Active);
        let hash = |of: fn(&Contract) -> &Option<String>| {
            usable.as_ref().and_then(|contract| of(contract).clone())
        };
        // Always both, whatever the first result.
        let (passwords, caller) = (self.passwords, context.caller);
        let login = passwords.verify(hash(|c| &c.temp_login_hash), form.temp_login, caller);
        let login = login.await?;
        let (second, typed) = (hash(|c| &c.temp_confirmation_hash), form.temp_confirmation);
        let confirmation = passwords.verify(second, typed, caller).await?;
        match usable {
            Some(seen) => {
                self.settle_account(context, &seen, login & confirmation)
                    .await
            }
            None => self.settle_no_account(context, &account).await,
        }
    }

    async fn settle_account(
        &self,
        context: &RequestContext,
        seen: &Contract,
        right: bool,
    ) -> Result<Started> {
        let now = context.now;
        let command = context.command(ACTION, ("contract", &seen.id));
        let settled = self.execute(command, async |tx| {
            let contract = contracts::find(&mut *tx, &seen.id).await?;
            let contract = contract.ok_or(Fault::Inconsistent("contract is gone"))?;
            let unchanged = contract.temp_login_hash == seen.temp_login_hash
                && contract.temp_confirmation_hash == seen.temp_confirmation_hash;
            let lock = Lock {
                failures: contract.temp_failures,
                locked_until: contract.temp_locked_until,
                suspended: false,
            };
            let decision = self.decide(lock, right && unchanged, now);
            if let Some(next) = decision.next.filter(|next| *next != lock) {
                let (failures, until) = (next.failures, next.locked_until);
                contracts::set_temp_failures(tx, &contract.id, failures, until).await?;
            }
            if let Some(refused) = decision.refused() {
                return Ok(refused);
            }
            let wizard = Wizard {
                contract_id: contract.id,
                user: None,
            };
            let new = NewSession {
                user_id: None,
                certificate_id: None,
                stage: Stage::AccountProved,
                data: wizard.to_json()?,
            };
            let started = session::prepare(new, self.settings.periods.session, now)?;
            sessions::insert(tx, &started.session).await?;
            Ok(Outcome::done(started))
        });
        settled.await
    }

    async fn settle_no_account(
        &self,
        context: &RequestContext,
        account: &Account,
    ) -> Result<Started> {
        let Account {
            branch,
            account_type,
            account: number,
        } = account;
        let now = context.now;
        let key = id::sha256_hex(format!("{branch}/{}/{number}", account_type.as_str()).as_bytes());
        let subject = key.get(..16).unwrap_or_default();
        let command = context.command(ACTION, ("account", subject));
        let settled = self.execute(command, async |tx| {
            let lock = Lock::from(shadow_locks::find(&mut *tx, Kind::Account, &key).await?);
            let decision = self.decide(lock, false, now);
            if let Some(next) = decision.next {
                shadow_locks::set(tx, Kind::Account, &key, ShadowLock::from(next), now).await?;
            }
            let refused = decision.refused();
            Ok(refused.unwrap_or_else(|| Outcome::refused(Refusal::AccountNotMatched)))
        });
        settled.await
    }

    fn decide(&self, lock: Lock, right: bool, now: Timestamp) -> Decision {
        if let Some(until) = lock.locked_at(now) {
            return Decision {
                next: None,
                refusal: Some(Refusal::AccountLocked { until }),
            };
        }
        // The count does not change, as for an account that does not exist: nothing else reveals a registration.
        if right {
            return Decision {
                next: None,
                refusal: None,
            };
        }
        let next = lock.failed_for_a_while(&self.settings.locks, now);
        let refusal = match next.locked_at(now) {
            Some(until) => Refusal::AccountLocked { until },
            None => Refusal::AccountNotMatched,
        };
        Decision {
            next: Some(next),
            refusal: Some(refusal),
        }
    }
}

struct Decision {
    next: Option<Lock>,
    refusal: Option<Refusal>,
}

impl Decision {
    /// The refusal, if it is one. During a lock nothing is counted, so a repetition leaves no trace.
    fn refused<T>(self) -> Option<Outcome<T>> {
        let refused = Outcome::refused(self.refusal?);
        Some(match self.next {
            Some(_) => refused,
            None => refused.unless_repeated(),
        })
    }
}

fn checked(form: &AccountForm) -> Result<Account> {
    let mut errors = Errors::default();
    let branch = errors.take(codes::branch(&form.branch));
    let account_type = errors.take(codes::account_type(&form.account_type));
    let account = errors.take(codes::account(&form.account));
    if form.temp_login.is_empty() {
        errors.push(Field::TempLoginPassword.error(Problem::Missing));
    }
    if form.temp_confirmation.is_empty() {
        errors.push(Field::TempConfirmationPassword.error(Problem::Missing));
    }
    match (errors.into_refusal(), branch, account_type, account) {
        (None, Some(branch), Some(account_type), Some(account)) => Ok(Account {
            branch,
            account_type,
            account,
        }),
        (refusal, ..) => Err(refusal.unwrap_or(Refusal::AccountNotMatched).into()),
    }
}
