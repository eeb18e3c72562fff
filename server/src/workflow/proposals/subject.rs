//! What a proposal is about, as it is on record now.

use jiff::Timestamp;

use crate::store::Db;
use crate::store::certificates::{self, Certificate, Issuer, State};
use crate::store::contracts::{self, Contract};
use crate::store::grants::{self, Grant};
use crate::store::proposals::Kind;
use crate::store::staff::{self, StaffMember};
use crate::store::users::{self, PasswordState, User};
use crate::workflow::{Fault, Refusal, Result, StaffRefusal};

/// The rows that a proposal concerns.
#[derive(Debug, Clone, Default)]
pub struct Subject {
    /// Id of what it is about.
    pub id: String,
    /// The contract.
    pub contract: Option<Contract>,
    /// The customer's user.
    pub user: Option<User>,
    /// The contract's users.
    pub users: Vec<User>,
    /// The certificate.
    pub certificate: Option<Certificate>,
    /// The user's certificates, newest first.
    pub certificates: Vec<Certificate>,
    /// The contract's grants, newest first.
    pub grants: Vec<Grant>,
    /// The staff account.
    pub staff: Option<StaffMember>,
    /// Every account of the person that a staff proposal is about.
    pub accounts: Vec<StaffMember>,
}

impl Subject {
    /// Loads what a proposal of this kind about `id` concerns; for a newcomer `id` is the employee number.
    ///
    /// # Errors
    /// [`Refusal::ContractUnknown`], [`StaffRefusal::UserUnknown`], [`StaffRefusal::CertificateUnknown`],
    /// [`StaffRefusal::StaffUnknown`].
    pub(super) async fn load(mut db: Db<'_>, kind: Kind, id: &str) -> Result<Self> {
        let mut subject = Self {
            id: id.to_owned(),
            ..Self::default()
        };
        match kind {
            Kind::Application | Kind::Cancel => {
                subject.contract(&mut db, id).await?;
            }
            Kind::Reissue | Kind::Unlock => subject.user(&mut db, id).await?,
            Kind::Revoke | Kind::Incident | Kind::Release => {
                let found = certificates::find(db.again(), id).await?;
                let certificate = found
                    .filter(|certificate| certificate.issuer == Issuer::Customer)
                    .ok_or(StaffRefusal::CertificateUnknown)?;
                let user_id = certificate.user_id.clone();
                subject.certificate = Some(certificate);
                let user_id = user_id.ok_or(Fault::Inconsistent("certificate of nobody"))?;
                subject.user(&mut db, &user_id).await?;
            }
            Kind::StaffRole | Kind::StaffLeave => {
                let member = staff::find(db.again(), id).await?;
                let member = member.ok_or(StaffRefusal::StaffUnknown)?;
                subject.accounts = staff::of_person(db.again(), &member.person).await?;
                subject.staff = Some(member);
            }
            Kind::StaffAdd => subject.accounts = staff::of_person(db.again(), id).await?,
        }
        Ok(subject)
    }

    async fn contract(&mut self, db: &mut Db<'_>, id: &str) -> Result<()> {
        let contract = contracts::find(db.again(), id).await?;
        self.contract = Some(contract.ok_or(Refusal::ContractUnknown)?);
        self.grants = grants::list_for_contract(db.again(), id).await?;
        self.users = users::list_for_contract(db.again(), id).await?;
        Ok(())
    }

    async fn user(&mut self, db: &mut Db<'_>, id: &str) -> Result<()> {
        let user = users::find(db.again(), id).await?;
        let user = user.ok_or(StaffRefusal::UserUnknown)?;
        self.certificates = certificates::list_for_user(db.again(), id).await?;
        let contract_id = user.contract_id.clone();
        self.user = Some(user);
        self.contract(db, &contract_id).await
    }

    /// Whom a grant is for: the user it is about, else the contract's only one. Nobody yet while there is no user: then it
    /// is the first one's.
    #[must_use]
    pub fn grantee(&self) -> Option<&User> {
        match (&self.user, self.users.as_slice()) {
            (Some(user), _) => Some(user),
            (None, [only]) => Some(only),
            (None, _) => None,
        }
    }

    /// Whether it is about a certificate that is suspended.
    #[must_use]
    pub fn is_held(&self) -> bool {
        let certificate = self.certificate.as_ref();
        certificate.is_some_and(|one| one.state == State::Suspended)
    }

    /// What must not change between entry and approval, as text.
    pub(super) fn seen(&self, kind: Kind) -> String {
        let contract = self
            .contract
            .as_ref()
            .map_or(0, |contract| contract.version);
        match kind {
            Kind::Application | Kind::Cancel => format!("contract {contract}"),
            Kind::Reissue => {
                let states = self.certificates.iter();
                let states: Vec<_> = states
                    .map(|one| format!("{} {}", one.id, one.state.as_str()))
                    .collect();
                format!("contract {contract}, {}", states.join(", "))
            }
            Kind::Unlock => self.user.as_ref().map_or_else(String::new, |user| {
                // With its number: a stop after a release is another one.
                let number = |one: &PasswordState| one.stopped.then_some(one.stops);
                let (login, confirmation) = (number(&user.login), number(&user.confirmation));
                format!("stopped {login:?} {confirmation:?}")
            }),
            Kind::Revoke | Kind::Incident | Kind::Release => {
                self.certificate.as_ref().map_or_else(String::new, |one| {
                    // With its time: a suspension after a release is another one.
                    let since = one.ended_at.map_or(0, Timestamp::as_second);
                    format!("certificate {} {since}", one.state.as_str())
                })
            }
            Kind::StaffAdd | Kind::StaffRole | Kind::StaffLeave => {
                let accounts = self.accounts.iter();
                let accounts: Vec<_> = accounts
                    .map(|one| {
                        let (role, status) = (one.role.as_str(), one.status.as_str());
                        format!("{} {role} {status}", one.id)
                    })
                    .collect();
                format!("accounts {}", accounts.join(", "))
            }
        }
    }

    /// The person (employee number) that a staff proposal is about.
    #[must_use]
    pub fn person(&self) -> Option<&str> {
        match &self.staff {
            Some(member) => Some(&member.person),
            None if self.contract.is_none() => Some(&self.id),
            None => None,
        }
    }
}
