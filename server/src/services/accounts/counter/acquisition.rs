//! 証明書取得用パスワード (D1): shown once, on a letter, for a grant that another person has approved. It is created when the
//! letter is printed, so that it is stored nowhere in between. A new letter invalidates the earlier one, and clears its
//! failures. Two people hand it over, neither of whom saw the contract's temporary passwords
//! ([`handover`](super::handover)): otherwise one person could have both secrets of a customer.

use inkan_pki::secret::Secret;
use jiff::Timestamp;
use serde_json::json;

use super::ENTER;
use super::handover::{Handover, Turn, turn};
use crate::services::account_service::AccountService;
use crate::services::approvals::contributor;
use crate::services::command::Outcome;
use crate::services::staff::directory::temporary_password;
use crate::services::{Fault, Refusal, RequestContext, Result, StaffRefusal};
use crate::store::audit::AuditAction;
use crate::store::certificates::{self, State};
use crate::store::contracts::{self, Contract, Status};
use crate::store::grants::{self, Grant, State as GrantState};
use crate::store::password_letters::Of;
use crate::store::users::{self, PasswordKind, User};
use crate::store::{Tx, acquisition};

/// The printed password; it is stored nowhere.
#[derive(Debug)]
pub struct AcquisitionLetter {
    /// Its contract.
    pub contract: Contract,
    /// The user.
    pub user: User,
    /// The grant for which it is valid.
    pub grant: Grant,
    /// 証明書取得用パスワード.
    pub password: Secret,
}

impl AccountService<'_> {
    /// Creates the password of a grant that can still lead to a certificate. It takes two people: the first one's
    /// request is recorded, and the letter is for another person who requests it within a day.
    ///
    /// # Errors
    /// [`StaffRefusal::LetterForAnother`],
    /// [`Refusal::RoleMissing`], [`Refusal::GrantMissing`] (no such grant), [`Refusal::ContractCancelled`],
    /// [`StaffRefusal::NotInThatState`] (used, lapsed, or this bank does not use it).
    pub async fn issue_acquisition_letter(
        &self,
        context: &RequestContext,
        grant_id: &str,
    ) -> Result<Handover<AcquisitionLetter>> {
        let command = context.command(AuditAction::GrantLetterIssued, ("grant", grant_id));
        let prepared = self.audit_refusals(command, async {
            let member = self.staff_with(context, ENTER).await?;
            if !self.settings.passwords.acquisition {
                return Err(StaffRefusal::NotInThatState.into());
            }
            let password = temporary_password()?;
            let hash = self.passwords.hash(password.clone()).await?;
            Ok((member, password, hash))
        });
        let (member, password, hash) = prepared.await?;
        let letter = self.execute(command, async |tx| {
            let grant = grants::find(&mut *tx, grant_id).await?;
            let grant = grant.ok_or(Refusal::GrantMissing)?;
            let contract = contracts::find(&mut *tx, &grant.contract_id).await?;
            let contract = contract.ok_or(Fault::Inconsistent("grant without contract"))?;
            if contract.status == Status::Cancelled {
                return Err(Refusal::ContractCancelled.into());
            }
            if !leads_somewhere(tx, &grant, context.now).await? {
                return Err(StaffRefusal::NotInThatState.into());
            }
            let user_id = grant.user_id.clone();
            let user_id = user_id.ok_or(Fault::Inconsistent("grant for nobody"))?;
            let of = Of::Grant {
                contract_id: &contract.id,
                grant_id: &grant.id,
            };
            let Turn::Shown { asked_by } = turn(tx, of, &contributor(&member), context.now).await?
            else {
                let detail = json!({ "contract": &contract.id, "user": &user_id });
                let asked = Outcome::done(None).action(AuditAction::GrantLetterAsked);
                return Ok(asked.detail(detail));
            };
            acquisition::set_hash(tx, &grant.id, &hash).await?;
            users::set_password_state(tx, &user_id, PasswordKind::Acquisition, 0, None, false)
                .await?;
            let user = users::find(&mut *tx, &user_id).await?;
            let user = user.ok_or(Fault::Inconsistent("grant without user"))?;
            let detail =
                json!({ "contract": &contract.id, "user": &user_id, "asked_by": asked_by });
            let letter = AcquisitionLetter {
                contract,
                user,
                grant,
                password,
            };
            Ok(Outcome::done(Some(letter)).detail(detail))
        });
        Ok(letter.await?.into())
    }
}

/// Open, or used for an unfinished issue.
async fn leads_somewhere(tx: &mut Tx, grant: &Grant, now: Timestamp) -> Result<bool> {
    Ok(match grant.state {
        GrantState::Open => now < grant.expires_at,
        GrantState::Used => certificates::by_grant(&mut *tx, &grant.id)
            .await?
            .is_some_and(|row| matches!(row.state, State::Intent | State::Issued)),
        GrantState::Lapsed => false,
    })
}
