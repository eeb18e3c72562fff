//! 証明書取得用パスワード (D1): shown once, on a letter, for a grant that another person's approval made. It is made when the
//! letter is printed, so that it lies nowhere in between. A new letter makes the one before worthless, and forgets the
//! failures with it. Two people hand it over, neither of whom saw the contract's temporary passwords
//! ([`handover`](super::handover)): otherwise one person could have both secrets of a customer.

use inkan_pki::secret::Secret;
use jiff::Timestamp;
use serde_json::json;

use super::ENTER;
use super::handover::{Turn, turn};
use crate::store::certificates::{self, State};
use crate::store::contracts::{self, Contract, Status};
use crate::store::grants::{self, Grant, State as GrantState};
use crate::store::password_letters::{Kind, Of};
use crate::store::users::{self, PasswordKind, User};
use crate::store::{Tx, acquisition};
use crate::workflow::deed::Deed;
use crate::workflow::people::People;
use crate::workflow::proposals::hand;
use crate::workflow::staffing::temporary_password;
use crate::workflow::{Caller, Fault, Refusal, Result, StaffRefusal};

/// What is printed; it is kept nowhere.
#[derive(Debug)]
pub struct AcquisitionLetter {
    /// Of which contract.
    pub contract: Contract,
    /// For whom.
    pub user: User,
    /// The grant it is good for.
    pub grant: Grant,
    /// 証明書取得用パスワード.
    pub password: Secret,
}

impl People<'_> {
    /// Makes the password of a grant that can still lead to a certificate. It takes two people: the first one's ask is put
    /// on record, and the letter is for another person who asks within a day.
    ///
    /// # Errors
    /// [`StaffRefusal::LetterAsked`] (the ask is on record now), [`StaffRefusal::LetterForAnother`], [`Refusal::RoleMissing`], [`Refusal::GrantMissing`] (no such grant), [`Refusal::ContractCancelled`],
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
        let letter = self.audited(deed, result).await?;
        letter.ok_or(StaffRefusal::LetterAsked.into())
    }

    /// The letter; nothing where it was asked for only.
    async fn try_acquisition_letter(&self, deed: Deed<'_>) -> Result<Option<AcquisitionLetter>> {
        let member = self.staff_with(deed.staff_id, ENTER).await?;
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
        let user_id = grant.user_id.clone();
        let user_id = user_id.ok_or(Fault::Inconsistent("grant for nobody"))?;
        let of = Of {
            kind: Kind::Acquisition,
            contract_id: &contract.id,
            grant_id: Some(&grant.id),
        };
        let Turn::Shown { asked_by } = turn(&mut tx, of, &hand(&member), deed.now).await? else {
            let asked = Deed {
                action: "grant.letter-asked",
                ..deed
            };
            let detail = json!({ "contract": &contract.id, "user": &user_id });
            asked
                .entry()
                .detail(detail)
                .write(&mut tx, deed.now)
                .await?;
            tx.commit().await?;
            return Ok(None);
        };
        acquisition::set_hash(&mut tx, &grant.id, &hash).await?;
        users::set_password_state(&mut tx, &user_id, PasswordKind::Acquisition, 0, None, false)
            .await?;
        let user = users::find(&mut tx, &user_id).await?;
        let user = user.ok_or(Fault::Inconsistent("grant without user"))?;
        let detail = json!({ "contract": &contract.id, "user": &user_id, "asked_by": asked_by });
        deed.entry().detail(detail).write(&mut tx, deed.now).await?;
        tx.commit().await?;
        Ok(Some(AcquisitionLetter {
            contract,
            user,
            grant,
            password,
        }))
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
