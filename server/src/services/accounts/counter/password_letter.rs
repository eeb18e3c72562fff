//! 仮パスワード: shown once, on a letter. A new letter invalidates the earlier one. The same for 証明書取得用パスワード:
//! [`acquisition`](super::acquisition).
//!
//! Whoever has the letter of a contract can become its マスター. So two people hand it over ([`handover`](super::handover)).

use inkan_pki::secret::Secret;
use serde_json::json;

use super::ENTER;
use super::handover::{Handover, Turn, turn};
use crate::services::account_service::AccountService;
use crate::services::approvals::contributor;
use crate::services::command::Outcome;
use crate::services::{Refusal, RequestContext, Result, StaffRefusal};
use crate::store::audit::AuditAction;
use crate::store::contracts::{self, Contract, Status};
use crate::store::password_letters::Of;
use crate::store::users;

/// The printed password; it is stored nowhere.
#[derive(Debug)]
pub struct PasswordLetter {
    /// The contract.
    pub contract: Contract,
    /// 仮ログインパスワード.
    pub login: Secret,
    /// 仮確認用パスワード.
    pub confirmation: Secret,
}

impl AccountService<'_> {
    /// Creates new temporary passwords for a contract for which nobody has registered yet; the earlier ones become
    /// invalid, and their failures are cleared. It takes two people: the first one's request is recorded, and the
    /// letter is for another person who requests it within a day, and who neither entered the contract nor decides on
    /// its applications.
    ///
    /// # Errors
    /// [`StaffRefusal::LetterForAnother`],
    /// [`Refusal::RoleMissing`], [`Refusal::ContractUnknown`], [`Refusal::ContractCancelled`],
    /// [`StaffRefusal::NotInThatState`] (it has its master user).
    pub async fn issue_letter(
        &self,
        context: &RequestContext,
        contract_id: &str,
    ) -> Result<Handover<PasswordLetter>> {
        let command = context.command(AuditAction::ContractLetterIssued, ("contract", contract_id));
        let prepared = self.audit_refusals(command, async {
            let member = self.staff_with(context, ENTER).await?;
            Ok((member, self.temporary_passwords().await?))
        });
        let (member, made) = prepared.await?;
        let letter = self.execute(command, async |tx| {
            let contract = contracts::find(&mut *tx, contract_id).await?;
            let contract = contract.ok_or(Refusal::ContractUnknown)?;
            if contract.status == Status::Cancelled {
                return Err(Refusal::ContractCancelled.into());
            }
            let users = users::list_for_contract(&mut *tx, contract_id).await?;
            if !users.is_empty() {
                return Err(StaffRefusal::NotInThatState.into());
            }
            let of = Of::Contract(contract_id);
            let Turn::Shown { asked_by } = turn(tx, of, &contributor(&member), context.now).await?
            else {
                return Ok(Outcome::done(None).action(AuditAction::ContractLetterAsked));
            };
            contracts::set_temp_passwords(
                tx,
                contract_id,
                &made.login_hash,
                &made.confirmation_hash,
            )
            .await?;
            let letter = PasswordLetter {
                contract,
                login: made.login,
                confirmation: made.confirmation,
            };
            Ok(Outcome::done(Some(letter)).detail(json!({ "asked_by": asked_by })))
        });
        Ok(letter.await?.into())
    }
}
