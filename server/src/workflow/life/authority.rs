//! Who asks, and whether they may.

use inkan_pki::secret::Secret;
use jiff::Timestamp;

use super::LifeRefusal;
use crate::store::audit::Actor;
use crate::store::certificates::{self, Certificate, Issuer};
use crate::store::staff::{self, Role, Status};
use crate::store::users::{self, Role as UserRole};
use crate::store::{Store, Tx};
use crate::workflow::{Caller, Fault, Refusal, Result, Workflows};

/// Who asks for a change in a certificate's life.
#[derive(Debug, Clone)]
pub enum By<'a> {
    /// The user it belongs to, who came with it or is on its token with the agent.
    Owner {
        /// Id of the user.
        user_id: &'a str,
    },
    /// マスター or 管理者 of the same contract, with 確認用パスワード.
    Manager {
        /// Id of the user who asks.
        user_id: &'a str,
        /// As typed.
        confirmation: Secret,
    },
    /// The bank.
    Staff {
        /// Id of the staff member.
        staff_id: &'a str,
    },
}

/// The two kinds of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asker {
    Customer,
    Bank,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    Revoke,
    Suspend,
    Release,
    Cancel,
}

impl Deed {
    pub(super) const fn action(self) -> &'static str {
        match self {
            Self::Revoke => "certificate.revoked",
            Self::Suspend => "certificate.suspended",
            Self::Release => "certificate.released",
            Self::Cancel => "contract.cancelled",
        }
    }
}

/// Which staff may do what alone. A suspension is for whoever answers the telephone; what cannot be taken back, or takes
/// a protection away, is for those who decide.
pub(super) const fn staff_may(role: Role, deed: Deed) -> bool {
    match (role, deed) {
        (Role::Auditor, _) => false,
        (Role::Teller | Role::Approver | Role::Helpdesk | Role::SecurityOfficer, Deed::Suspend) => {
            true
        }
        (Role::Approver | Role::SecurityOfficer, _) => true,
        (Role::Teller, Deed::Revoke) => true,
        (Role::Teller, Deed::Release | Deed::Cancel) => false,
        (Role::Helpdesk, Deed::Revoke | Deed::Release | Deed::Cancel) => false,
    }
}

/// A customer may end; only the bank takes a suspension back.
const fn customer_may(deed: Deed) -> bool {
    match deed {
        Deed::Revoke | Deed::Suspend => true,
        Deed::Release | Deed::Cancel => false,
    }
}

impl By<'_> {
    /// For the audit row.
    pub(super) fn actor(&self) -> Actor {
        match self {
            Self::Owner { user_id } | Self::Manager { user_id, .. } => {
                Actor::User((*user_id).to_owned())
            }
            Self::Staff { staff_id } => Actor::Staff((*staff_id).to_owned()),
        }
    }

    pub(super) const fn asker(&self) -> Asker {
        match self {
            Self::Owner { .. } | Self::Manager { .. } => Asker::Customer,
            Self::Staff { .. } => Asker::Bank,
        }
    }
}

impl Workflows {
    /// Whether somebody may do this kind of thing at all: role, 確認用パスワード. To which certificate: [`reach`].
    pub(super) async fn entitled(
        &self,
        by: &By<'_>,
        deed: Deed,
        caller: Caller,
        now: Timestamp,
    ) -> Result<()> {
        match by {
            By::Owner { .. } if customer_may(deed) => Ok(()),
            By::Manager {
                user_id,
                confirmation,
            } if customer_may(deed) => {
                let people = self.people();
                let user = people
                    .confirm(user_id, confirmation.clone(), caller, now)
                    .await?;
                match user.role {
                    UserRole::Master | UserRole::Admin => Ok(()),
                    UserRole::General => Err(Refusal::RoleMissing.into()),
                }
            }
            By::Owner { .. } | By::Manager { .. } => Err(Refusal::RoleMissing.into()),
            By::Staff { staff_id } => staff_member(&self.inner.store, staff_id, deed).await,
        }
    }
}

async fn staff_member(store: &Store, staff_id: &str, deed: Deed) -> Result<()> {
    let member = staff::find(store, staff_id).await?;
    let may = member
        .is_some_and(|member| member.status == Status::Active && staff_may(member.role, deed));
    if may {
        Ok(())
    } else {
        Err(Refusal::RoleMissing.into())
    }
}

/// The certificate, if it is within reach of who asks. Somebody else's does not exist for a customer.
pub(super) async fn reach(tx: &mut Tx, certificate_id: &str, by: &By<'_>) -> Result<Certificate> {
    let missing = Refusal::Life(LifeRefusal::CertificateMissing);
    let row = certificates::find(&mut *tx, certificate_id).await?;
    let row = row.ok_or_else(|| missing.clone())?;
    let within = match by {
        By::Owner { user_id } => row.user_id.as_deref() == Some(*user_id),
        By::Manager { user_id, .. } => match row.user_id.as_deref() {
            Some(owner) => same_contract(tx, owner, user_id).await?,
            None => false,
        },
        // Whoever keeps the HSM and whoever decides answer for staff certificates; a teller for customers'.
        By::Staff { staff_id } => match row.issuer {
            Issuer::Customer => true,
            Issuer::Staff => {
                let member = staff::find(&mut *tx, staff_id).await?;
                member.is_some_and(|m| matches!(m.role, Role::Approver | Role::SecurityOfficer))
            }
        },
    };
    if within { Ok(row) } else { Err(missing.into()) }
}

async fn same_contract(tx: &mut Tx, owner: &str, manager: &str) -> Result<bool> {
    let owner = users::find(&mut *tx, owner).await?;
    let manager = users::find(&mut *tx, manager).await?;
    match (owner, manager) {
        // The role once more: it may have been taken away since the password was typed.
        (Some(owner), Some(manager)) => Ok(owner.contract_id == manager.contract_id
            && matches!(manager.role, UserRole::Master | UserRole::Admin)),
        _ => Err(Fault::Inconsistent("certificate of no user").into()),
    }
}
