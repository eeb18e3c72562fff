//! 仮パスワード: shown once, on a letter. A new letter makes the one before worthless. The same for 証明書取得用パスワード:
//! [`acquisition`](super::acquisition).
//!
//! Who has the letter of a contract can become its マスター. So two people hand it over ([`handover`](super::handover)).

use inkan_pki::secret::Secret;
use jiff::Timestamp;
use serde_json::json;

use super::ENTER;
use super::handover::{Turn, turn};
use crate::store::contracts::{self, Contract, Status};
use crate::store::password_letters::{Kind, Of};
use crate::store::users;
use crate::workflow::deed::Deed;
use crate::workflow::people::People;
use crate::workflow::proposals::hand;
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
    /// longer, and failures with them are forgotten. It takes two people: the first one's ask is put on record, and the
    /// letter is for another person who asks within a day, and who neither entered the contract nor decides on its
    /// applications.
    ///
    /// # Errors
    /// [`StaffRefusal::LetterAsked`] (the ask is on record now), [`StaffRefusal::LetterForAnother`], [`Refusal::RoleMissing`], [`Refusal::ContractUnknown`],
    /// [`Refusal::ContractCancelled`], [`StaffRefusal::NotInThatState`] (it has its master user).
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
        let letter = self.audited(deed, result).await?;
        letter.ok_or(StaffRefusal::LetterAsked.into())
    }

    /// The letter; nothing where it was asked for only.
    async fn try_issue_letter(&self, deed: Deed<'_>) -> Result<Option<Letter>> {
        let member = self.staff_with(deed.staff_id, ENTER).await?;
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
        let of = Of {
            kind: Kind::Login,
            contract_id: deed.subject,
            grant_id: None,
        };
        let Turn::Shown { asked_by } = turn(&mut tx, of, &hand(&member), deed.now).await? else {
            let asked = Deed {
                action: "contract.letter-asked",
                ..deed
            };
            asked.entry().write(&mut tx, deed.now).await?;
            tx.commit().await?;
            return Ok(None);
        };
        contracts::set_temp_passwords(&mut tx, deed.subject, &login_hash, &confirmation_hash)
            .await?;
        let detail = json!({ "asked_by": asked_by });
        deed.entry().detail(detail).write(&mut tx, deed.now).await?;
        tx.commit().await?;
        Ok(Some(Letter {
            contract,
            login,
            confirmation,
        }))
    }
}
