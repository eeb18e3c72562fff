//! 証明書取得用パスワード (D1): shown once, on a letter, for a grant that another person's approval made. It is made when the
//! letter is printed, so that it lies nowhere in between. A new letter makes the one before worthless, and forgets the
//! failures with it.

use inkan_pki::secret::Secret;
use jiff::Timestamp;
use serde_json::json;

use super::ENTER;
use crate::store::certificates::{self, State};
use crate::store::contracts::{self, Contract, Status};
use crate::store::grants::{self, Grant, State as GrantState};
use crate::store::users::{self, PasswordKind, User};
use crate::store::{Tx, acquisition};
use crate::workflow::deed::Deed;
use crate::workflow::people::People;
use crate::workflow::staffing::temporary_password;
use crate::workflow::{Caller, Fault, Refusal, Result, StaffRefusal};

/// What is printed; it is kept nowhere.
#[derive(Debug)]
pub struct AcquisitionLetter {
    /// Of which contract.
    pub contract: Contract,
    /// For whom; `None` while nobody is bound to the grant.
    pub user: Option<User>,
    /// The grant it is good for.
    pub grant: Grant,
    /// 証明書取得用パスワード.
    pub password: Secret,
}

impl People<'_> {
    /// Makes the password of a grant that can still lead to a certificate.
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`], [`Refusal::GrantMissing`] (no such grant), [`Refusal::ContractCancelled`],
    /// [`StaffRefusal::NotInThatState`] (used up, lapsed, or this bank does not ask for it).
    pub async fn issue_acquisition_letter(
        &self,
        staff_id: &str,
        grant_id: &str,
        caller: Caller,
        now: Timestamp,
    ) -> Result<AcquisitionLetter> {
        let deed = Deed {
            staff_id,
            action: "grant.letter-issued",
            kind: "grant",
            subject: grant_id,
            caller,
            now,
        };
        let result = self.try_acquisition_letter(deed).await;
        self.audited(deed, result).await
    }

    async fn try_acquisition_letter(&self, deed: Deed<'_>) -> Result<AcquisitionLetter> {
        self.staff_with(deed.staff_id, ENTER).await?;
        if !self.settings.passwords.acquisition {
            return Err(StaffRefusal::NotInThatState.into());
        }
        let password = temporary_password()?;
        let hash = self.passwords.hash(password.clone()).await?;
        let mut tx = self.store.begin().await?;
        let grant = grants::find(&mut tx, deed.subject).await?;
        let grant = grant.ok_or(Refusal::GrantMissing)?;
        let contract = contracts::find(&mut tx, &grant.contract_id).await?;
        let contract = contract.ok_or(Fault::Inconsistent("grant without contract"))?;
        if contract.status == Status::Cancelled {
            return Err(Refusal::ContractCancelled.into());
        }
        if !leads_somewhere(&mut tx, &grant, deed.now).await? {
            return Err(StaffRefusal::NotInThatState.into());
        }
        acquisition::set_hash(&mut tx, &grant.id, &hash).await?;
        let user = forget_failures(&mut tx, &grant).await?;
        let detail = json!({ "contract": &contract.id, "user": &grant.user_id });
        deed.entry().detail(detail).write(&mut tx, deed.now).await?;
        tx.commit().await?;
        Ok(AcquisitionLetter {
            contract,
            user,
            grant,
            password,
        })
    }
}

/// Open, or used for an issue that has not come to its end.
async fn leads_somewhere(tx: &mut Tx, grant: &Grant, now: Timestamp) -> Result<bool> {
    Ok(match grant.state {
        GrantState::Open => now < grant.expires_at,
        GrantState::Used => certificates::by_grant(&mut *tx, &grant.id)
            .await?
            .is_some_and(|row| matches!(row.state, State::Intent | State::Issued)),
        GrantState::Lapsed => false,
    })
}

/// Of the user it is for; of all users of the contract while it may be anybody's.
async fn forget_failures(tx: &mut Tx, grant: &Grant) -> Result<Option<User>> {
    let kind = PasswordKind::Acquisition;
    if let Some(user_id) = &grant.user_id {
        users::set_password_state(tx, user_id, kind, 0, None, false).await?;
        return Ok(users::find(&mut *tx, user_id).await?);
    }
    for user in users::list_for_contract(&mut *tx, &grant.contract_id).await? {
        users::set_password_state(tx, &user.id, kind, 0, None, false).await?;
    }
    Ok(None)
}
