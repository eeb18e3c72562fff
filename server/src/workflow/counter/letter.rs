//! 仮パスワード: shown once, on a letter. A new letter makes the one before worthless. The same for 証明書取得用パスワード:
//! [`acquisition`](super::acquisition).

use inkan_pki::secret::Secret;
use jiff::Timestamp;

use super::ENTER;
use crate::store::contracts::{self, Contract, Status};
use crate::store::users;
use crate::workflow::deed::Deed;
use crate::workflow::people::People;
use crate::workflow::staffing::temporary_password;
use crate::workflow::{Caller, Refusal, Result, StaffRefusal};

/// What is printed; it is kept nowhere.
#[derive(Debug)]
pub struct Letter {
    /// Whose.
    pub contract: Contract,
    /// 仮ログインパスワード.
    pub login: Secret,
    /// 仮確認用パスワード.
    pub confirmation: Secret,
}

impl People<'_> {
    /// Makes new temporary passwords for a contract that nobody has registered for yet; those before are good no
    /// longer, and failures with them are forgotten.
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`], [`Refusal::ContractUnknown`], [`Refusal::ContractCancelled`],
    /// [`StaffRefusal::NotInThatState`] (it has its master user).
    pub async fn issue_letter(
        &self,
        staff_id: &str,
        contract_id: &str,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Letter> {
        let deed = Deed {
            staff_id,
            action: "contract.letter-issued",
            kind: "contract",
            subject: contract_id,
            caller,
            now,
        };
        let result = self.try_issue_letter(deed).await;
        self.audited(deed, result).await
    }

    async fn try_issue_letter(&self, deed: Deed<'_>) -> Result<Letter> {
        self.staff_with(deed.staff_id, ENTER).await?;
        let (login, confirmation) = (temporary_password()?, temporary_password()?);
        let login_hash = self.passwords.hash(login.clone()).await?;
        let confirmation_hash = self.passwords.hash(confirmation.clone()).await?;
        let mut tx = self.store.begin().await?;
        let contract = contracts::find(&mut tx, deed.subject).await?;
        let contract = contract.ok_or(Refusal::ContractUnknown)?;
        if contract.status == Status::Cancelled {
            return Err(Refusal::ContractCancelled.into());
        }
        let users = users::list_for_contract(&mut tx, deed.subject).await?;
        if !users.is_empty() {
            return Err(StaffRefusal::NotInThatState.into());
        }
        contracts::set_temp_passwords(&mut tx, deed.subject, &login_hash, &confirmation_hash)
            .await?;
        deed.entry().write(&mut tx, deed.now).await?;
        tx.commit().await?;
        Ok(Letter {
            contract,
            login,
            confirmation,
        })
    }
}
