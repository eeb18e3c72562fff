//! The holder of a certificate, in the current state of the database.

use inkan_pki::messages::request::{self, AccountType, PickedUp, StaffRole};

use super::{Authorization, Subject};
use crate::ca::IssuerId;
use crate::services::{Fault, Refusal, Result};
use crate::store::certificates::Issuer;
use crate::store::staff::{self, Role, StaffMember};
use crate::store::users::{self, User};
use crate::store::{Db, contracts};

/// The current or future holder of a certificate.
#[derive(Debug, Clone)]
pub(in crate::services) enum Holder {
    /// A customer's user.
    User(Box<User>),
    /// A member of staff.
    Staff(StaffMember),
}

impl Holder {
    /// Reads it by its id; neither users nor staff accounts are ever deleted.
    pub(in crate::services) async fn find(
        db: impl Into<Db<'_>>,
        subject: &Subject,
    ) -> Result<Self> {
        let found = match subject {
            Subject::User(id) => {
                let user = users::find(db, id).await?;
                user.map(|user| Self::User(Box::new(user)))
            }
            Subject::Staff(id) => staff::find(db, id).await?.map(Self::Staff),
        };
        Ok(found.ok_or(Fault::Inconsistent("a certificate's subject is gone"))?)
    }

    pub(super) fn subject(&self) -> Subject {
        match self {
            Self::User(user) => Subject::User(user.id.clone()),
            Self::Staff(member) => Subject::Staff(member.id.clone()),
        }
    }

    /// The CA for this kind of holder.
    pub(super) const fn issuer(&self) -> (IssuerId, Issuer) {
        match self {
            Self::User(_) => (IssuerId::Customer, Issuer::Customer),
            Self::Staff(_) => (IssuerId::Staff, Issuer::Staff),
        }
    }

    /// Refuses if the user was suspended (利用停止) or the contract cancelled (解約, R12) since the request was made, or if
    /// the member of staff has left. A renewal depends on the certificate: failures without it do not end it.
    ///
    /// # Errors
    /// [`Refusal::ContractCancelled`], [`Refusal::Suspended`], [`Refusal::CredentialInvalid`].
    pub(in crate::services) async fn entitled(
        &self,
        db: impl Into<Db<'_>>,
        by_certificate: bool,
    ) -> Result<()> {
        let user = match self {
            Self::User(user) => user,
            Self::Staff(member) if member.status == staff::Status::Active => return Ok(()),
            Self::Staff(_) => return Err(Refusal::CredentialInvalid.into()),
        };
        let contract = contracts::find(db, &user.contract_id).await?;
        let contract = contract.ok_or(Fault::Inconsistent("user without contract"))?;
        if contract.status != contracts::Status::Active {
            return Err(Refusal::ContractCancelled.into());
        }
        if user.certificate_login.suspended || (user.login.suspended && !by_certificate) {
            return Err(Refusal::Suspended.into());
        }
        Ok(())
    }

    /// The common name of a certificate, then a shorter one for a name that is too long.
    pub(super) fn names(&self) -> (String, Option<&str>) {
        match self {
            Self::User(user) => (user.login_id.clone(), None),
            // The number is the last word; by it the agent finds the person's certificate.
            Self::Staff(member) => {
                let whole = format!("{} {}", member.name, member.employee_number);
                (whole, Some(&member.employee_number))
            }
        }
    }

    /// Describes the holder to the agent.
    pub(super) async fn describe(
        self,
        db: impl Into<Db<'_>>,
        answer: PickedUp,
    ) -> Result<PickedUp> {
        let user = match self {
            Self::User(user) => user,
            Self::Staff(member) => {
                return Ok(PickedUp {
                    login_id: member.employee_number.clone(),
                    staff: Some(request::Staff {
                        name: member.name,
                        number: member.employee_number,
                        role: role(member.role),
                    }),
                    ..answer
                });
            }
        };
        let contract = contracts::find(db, &user.contract_id).await?;
        let contract = contract.ok_or(Fault::Inconsistent("user without contract"))?;
        Ok(PickedUp {
            company: contract.company_name,
            branch: contract.branch,
            account_type: match contract.account_type {
                contracts::AccountType::Ordinary => AccountType::Ordinary,
                contracts::AccountType::Current => AccountType::Current,
            },
            account: contract.account,
            login_id: user.login_id,
            user_name: user.name,
            ..answer
        })
    }
}

/// Whether the certificate to be renewed is the authorization.
pub(super) const fn by_certificate(authorization: Option<&Authorization>) -> bool {
    matches!(authorization, Some(Authorization::Certificate(_)))
}

pub(in crate::services) const fn role(role: Role) -> StaffRole {
    match role {
        Role::Teller => StaffRole::Teller,
        Role::Approver => StaffRole::Approver,
        Role::Helpdesk => StaffRole::Helpdesk,
        Role::SecurityOfficer => StaffRole::SecurityOfficer,
        Role::Auditor => StaffRole::Auditor,
    }
}
