//! A contract is put on record with the temporary passwords the customer gets on paper.

use inkan_pki::secret::Secret;
use jiff::Timestamp;
use serde_json::json;

use super::ENTER;
use crate::store::contracts::{self, Contract, Method, Status};
use crate::store::{StoreError, Unique, id};
use crate::workflow::deed::Deed;
use crate::workflow::people::People;
use crate::workflow::validation::{Errors, Field, Problem, codes, names, secrets};
use crate::workflow::{Caller, Refusal, Result};

/// A contract as it is entered.
#[derive(Debug, Clone)]
pub struct ContractForm {
    /// 支店番号.
    pub branch: String,
    /// 科目: `ordinary` or `current`.
    pub account_type: String,
    /// 口座番号.
    pub account: String,
    /// 企業名.
    pub company_name: String,
    /// 企業名(カナ).
    pub company_kana: String,
    /// 仮ログインパスワード.
    pub temp_login: Secret,
    /// 仮確認用パスワード.
    pub temp_confirmation: Secret,
}

impl People<'_> {
    /// Puts a contract on record, on the password method.
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`], [`Refusal::Fields`], [`Refusal::ContractExists`].
    pub async fn create_contract(
        &self,
        staff_id: &str,
        form: ContractForm,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Contract> {
        let subject = id::new_id()?;
        let deed = Deed {
            staff_id,
            action: "contract.created",
            kind: "contract",
            subject: &subject,
            caller,
            now,
        };
        let result = self.try_create_contract(deed, form).await;
        self.audited(deed, result).await
    }

    async fn try_create_contract(&self, deed: Deed<'_>, form: ContractForm) -> Result<Contract> {
        self.staff_with(deed.staff_id, ENTER).await?;
        let mut contract = self.checked_contract(&form, deed)?;
        contract.temp_login_hash = Some(self.passwords.hash(form.temp_login).await?);
        contract.temp_confirmation_hash = Some(self.passwords.hash(form.temp_confirmation).await?);
        let mut tx = self.store.begin().await?;
        match contracts::insert(&mut tx, &contract).await {
            Err(StoreError::Duplicate(Unique::ContractAccount)) => {
                return Err(Refusal::ContractExists.into());
            }
            other => other?,
        }
        let detail = json!({
            "branch": &contract.branch, "account_type": contract.account_type, "account": &contract.account,
            "company_name": &contract.company_name, "company_kana": &contract.company_kana,
        });
        deed.entry().detail(detail).write(&mut tx, deed.now).await?;
        tx.commit().await?;
        Ok(contract)
    }

    fn checked_contract(&self, form: &ContractForm, deed: Deed<'_>) -> Result<Contract> {
        let mut errors = Errors::default();
        let branch = errors.take(codes::branch(&form.branch));
        let account_type = errors.take(codes::account_type(&form.account_type));
        let account = errors.take(codes::account(&form.account));
        let company_name = errors.take(names::company_name(&form.company_name));
        let company_kana = errors.take(names::company_kana(
            &form.company_kana,
            &self.settings.characters,
        ));
        let length = self.settings.passwords.length;
        errors.take(secrets::password(
            Field::TempLoginPassword,
            &form.temp_login,
            length,
        ));
        errors.take(secrets::password(
            Field::TempConfirmationPassword,
            &form.temp_confirmation,
            length,
        ));
        if form.temp_login.expose() == form.temp_confirmation.expose()
            && !form.temp_login.is_empty()
        {
            errors.push(Field::TempConfirmationPassword.error(Problem::SameAsLoginPassword));
        }
        match (
            errors.into_refusal(),
            branch,
            account_type,
            account,
            company_name,
            company_kana,
        ) {
            (
                None,
                Some(branch),
                Some(account_type),
                Some(account),
                Some(company_name),
                Some(company_kana),
            ) => Ok(Contract {
                id: deed.subject.to_owned(),
                branch,
                account_type,
                account,
                company_name,
                company_kana,
                method: Method::Password,
                status: Status::Active,
                version: 1,
                temp_login_hash: None,
                temp_confirmation_hash: None,
                temp_failures: 0,
                temp_locked_until: None,
                created_at: deed.now,
            }),
            (refusal, ..) => Err(refusal.unwrap_or(Refusal::Fields(Vec::new())).into()),
        }
    }
}
