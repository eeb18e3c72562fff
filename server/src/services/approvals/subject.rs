//! The subject of a proposal, in its current state.

use jiff::Timestamp;

use crate::services::accounts::imports::csv;
use crate::services::{Fault, Refusal, Result, StaffRefusal};
use crate::store::Db;
use crate::store::certificates::{self, Certificate, Issuer, State};
use crate::store::contracts::{self, AccountType, Contract};
use crate::store::grants::{self, Grant};
use crate::store::id::sha256_hex;
use crate::store::imports::{self, Import};
use crate::store::proposals::Kind;
use crate::store::staff::{self, StaffMember};
use crate::store::users::{self, PasswordState, User};

/// The rows that a proposal concerns.
#[derive(Debug, Clone, Default)]
pub struct Subject {
    /// Id of the subject.
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
    /// The list of contracts.
    pub import: Option<Import>,
    /// The staff account.
    pub staff: Option<StaffMember>,
    /// Every account of the person whom a staff proposal concerns.
    pub accounts: Vec<StaffMember>,
    newcomer: bool,
}

impl Subject {
    /// Loads the subject `id` of a proposal of this kind; for a contract `id` is the account, for a new member of staff
    /// the employee number.
    ///
    /// # Errors
    /// [`Refusal::ContractUnknown`], [`StaffRefusal::ImportUnknown`], [`StaffRefusal::UserUnknown`], [`StaffRefusal::CertificateUnknown`],
    /// [`StaffRefusal::StaffUnknown`].
    pub(super) async fn load(mut db: Db<'_>, kind: Kind, id: &str) -> Result<Self> {
        let mut subject = Self {
            id: id.to_owned(),
            ..Self::default()
        };
        match kind {
            Kind::Contract => subject.contract = by_key(db.again(), id).await?,
            Kind::Import => {
                let import = imports::find(db.again(), id).await?;
                subject.import = Some(import.ok_or(StaffRefusal::ImportUnknown)?);
            }
            Kind::Application => {
                subject.contract(&mut db, id).await?;
                if let [only] = subject.users.as_slice() {
                    subject.certificates =
                        certificates::list_for_user(db.again(), &only.id).await?;
                }
            }
            Kind::Cancel | Kind::ContractDetails | Kind::PasswordMethod => {
                subject.contract(&mut db, id).await?;
            }
            Kind::Reissue
            | Kind::Unlock
            | Kind::PasswordReset
            | Kind::UserDetails
            | Kind::UserLeave => subject.user(&mut db, id).await?,
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
                subject.accounts =
                    staff::by_employee_number(db.again(), &member.employee_number).await?;
                subject.staff = Some(member);
            }
            Kind::StaffAdd => {
                subject.accounts = staff::by_employee_number(db.again(), id).await?;
                subject.newcomer = true;
            }
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

    /// The user of a grant: the subject, or the contract's only user. None while there is no user: then there is no
    /// grant either.
    #[must_use]
    pub fn grantee(&self) -> Option<&User> {
        match (&self.user, self.users.as_slice()) {
            (Some(user), _) => Some(user),
            (None, [only]) => Some(only),
            (None, _) => None,
        }
    }

    /// Number of lines of its list.
    #[must_use]
    pub fn list_lines(&self) -> usize {
        let import = self.import.as_ref();
        import.map_or(0, |import| csv::lines(&import.content).count())
    }

    /// Digest of its list.
    #[must_use]
    pub fn list_sha256(&self) -> String {
        let import = self.import.as_ref();
        import.map_or_else(String::new, |one| sha256_hex(one.content.as_bytes()))
    }

    /// Whether its list was approved and is not imported yet.
    #[must_use]
    pub fn list_is_due(&self) -> bool {
        let import = self.import.as_ref();
        import.is_some_and(|one| one.approved_at.is_some() && one.done_at.is_none())
    }

    /// Whether its certificate is suspended.
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
            Kind::Contract => String::new(),
            Kind::Import => format!("list {}", self.list_sha256()),
            Kind::Cancel | Kind::ContractDetails | Kind::PasswordMethod => {
                format!("contract {contract}")
            }
            Kind::UserDetails => users_as_text(self.user.as_slice()),
            Kind::UserLeave => {
                let user = users_as_text(self.user.as_slice());
                format!("{user}, all: {}", users_as_text(&self.users))
            }
            Kind::Application | Kind::Reissue => {
                let states = self.certificates.iter();
                let states: Vec<_> = states
                    .map(|one| format!("{} {}", one.id, one.state.as_str()))
                    .collect();
                let users = users_as_text(&self.users);
                format!("contract {contract}, {users}, {}", states.join(", "))
            }
            Kind::Unlock => self.user.as_ref().map_or_else(String::new, |user| {
                // With its number: a suspension after a release is a new one.
                let number = |one: &PasswordState| one.suspended.then_some(one.suspensions);
                let suspensions = user.counted().map(|(_, one)| number(one));
                format!("suspended {suspensions:?}")
            }),
            Kind::PasswordReset => {
                let since = self.user.as_ref().and_then(|user| user.temporary_until);
                let since = since.map_or(0, Timestamp::as_second);
                let user = users_as_text(self.user.as_slice());
                format!("contract {contract}, temporary {since}, {user}")
            }
            Kind::Revoke | Kind::Incident | Kind::Release => {
                self.certificate.as_ref().map_or_else(String::new, |one| {
                    // With its time: a suspension after a release is a new one.
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

    /// The user with this login ID who can follow the leaving one as master: another user of the contract, with passwords
    /// of their own.
    #[must_use]
    pub fn successor(&self, login_id: &str) -> Option<&User> {
        let leaving = self.user.as_ref().map(|user| &user.id);
        let mut others = self.users.iter();
        others.find(|one| {
            one.login_id == login_id && Some(&one.id) != leaving && one.temporary_until.is_none()
        })
    }

    /// The person (employee number) whom a staff proposal concerns.
    #[must_use]
    pub fn employee_number(&self) -> Option<&str> {
        match &self.staff {
            Some(member) => Some(&member.employee_number),
            None => self.newcomer.then_some(&self.id),
        }
    }
}

/// The contract of an account, as [`NewContract::key`](super::proposed_change::NewContract::key) writes it.
async fn by_key(db: Db<'_>, key: &str) -> Result<Option<Contract>> {
    let mut parts = key.splitn(3, '-');
    let (Some(branch), Some(kind), Some(account)) = (parts.next(), parts.next(), parts.next())
    else {
        return Ok(None);
    };
    match AccountType::parse(kind) {
        Some(kind) => Ok(contracts::by_account(db, branch, kind, account).await?),
        None => Ok(None),
    }
}

/// A digest of the users: it contains what an approver has seen.
fn users_as_text(users: &[User]) -> String {
    let mut text = String::new();
    for user in users {
        let (role, since) = (user.role.as_str(), user.created_at.as_second());
        let from = user.registered_from.as_deref().unwrap_or_default();
        for part in [&user.id, &user.login_id, &user.name, &user.email] {
            text.push_str(part);
            text.push('\0');
        }
        text.push_str(&format!("{role}\0{since}\0{from}\n"));
    }
    format!("{} users {}", users.len(), sha256_hex(text.as_bytes()))
}
