//! The bank's staff: the owner of a certificate, the list of members, and the lists at the counter.

use inkan_pki::secret::Secret;
use jiff::Timestamp;
use serde_json::json;
use unicode_normalization::UnicodeNormalization;

use crate::services::account_service::AccountService;
use crate::services::settings::Settings;
use crate::services::validation::{codes, names};
use crate::services::{Caller, Error, Fault, Refusal, RequestContext, Result, StaffRefusal};
use crate::store::audit::Actor;
use crate::store::audit::AuditAction;
use crate::store::certificates::{self, Certificate, Expiring, Issuer, State};
use crate::store::contracts::{self, Contract, Search};
use crate::store::grants::{self, Grant};
use crate::store::login_history::{self, Login};
use crate::store::staff::{self, Role, StaffMember, Status};
use crate::store::users::{self, User};
use crate::store::{StoreError, id};

/// No 0 O 1 I l: the customer reads it from paper.
const READABLE: &[u8] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz";
const TEMPORARY_LENGTH: usize = 10;
/// Maximum number of users who have left, on the page of a contract.
const FORMER: i64 = 100;

/// A random temporary password (仮パスワード) of 57 bits, to be handed over on paper.
///
/// # Errors
/// The system's random source fails.
pub fn temporary_password() -> Result<Secret> {
    let mut password = String::with_capacity(TEMPORARY_LENGTH);
    let mut byte = [0u8; 1];
    let fair = u8::MAX - u8::MAX % 54;
    while password.len() < TEMPORARY_LENGTH {
        getrandom::fill(&mut byte).map_err(Fault::Random)?;
        if byte[0] < fair {
            password.push(char::from(READABLE[usize::from(byte[0]) % READABLE.len()]));
        }
    }
    Ok(Secret::new(password))
}

/// The data of a contract.
#[derive(Debug, Clone)]
pub struct Overview {
    /// The contract.
    pub contract: Contract,
    /// Its users by login ID, each with the newest certificate.
    pub users: Vec<(User, Option<Certificate>)>,
    /// Users who have left, the latest first.
    pub former: Vec<User>,
    /// Its grants, newest first.
    pub grants: Vec<Grant>,
}

/// Possible meanings of a search, most likely first. The typed text is only ever a value.
fn searches(typed: &str, settings: &Settings) -> Vec<Search> {
    let typed: String = typed.trim().chars().take(LONGEST_SEARCH).collect();
    let digits: String = typed.nfkc().filter(|c| !matches!(c, ' ' | '-')).collect();
    let mut found = Vec::new();
    if digits.len() == 10 && digits.bytes().all(|b| b.is_ascii_digit()) {
        let (branch, account) = digits.split_at(3);
        found.push(Search::Account {
            branch: Some(branch.to_owned()),
            account: account.to_owned(),
        });
    } else if let Ok(account) = codes::account(&digits) {
        found.push(Search::Account {
            branch: None,
            account,
        });
    }
    if let Ok(kana) = names::company_kana(&typed, &settings.characters) {
        found.push(Search::Kana(kana));
    }
    if let Ok(name) = names::company_name(&typed) {
        found.push(Search::Name(name));
    }
    found.push(Search::LoginId(codes::login_id_as_typed(&typed)));
    // A login ID in Latin letters would match kana or name only by chance: it goes first.
    if typed.is_ascii() && !digits.bytes().all(|b| b.is_ascii_digit()) {
        found.rotate_right(1);
    }
    found
}

/// Longer than any name.
const LONGEST_SEARCH: usize = 100;

/// Contracts on one page of the list.
pub const PAGE: i64 = 50;

impl AccountService<'_> {
    /// The calling member of staff, if they are active and their role is among `roles`.
    pub(in crate::services) async fn staff_with(
        &self,
        context: &RequestContext,
        roles: &[Role],
    ) -> Result<StaffMember> {
        staff::find(self.store, context.staff_id()?)
            .await?
            .filter(|member| member.status == Status::Active && roles.contains(&member.role))
            .ok_or(Refusal::RoleMissing.into())
    }

    /// The owner of this staff certificate (DER), which must be the registered one, active and within its validity period.
    ///
    /// # Errors
    /// [`StaffRefusal::CertificateInactive`] for everybody else; audited.
    pub async fn staff_presenting(
        &self,
        context: &RequestContext,
        presented: &[u8],
    ) -> Result<StaffMember> {
        let now = context.now;
        let sha256 = id::sha256_hex(presented);
        let certificate = certificates::by_sha256(self.store, &sha256).await?;
        let good = certificate.is_some_and(|row| {
            let in_time = row.not_before <= now && now <= row.not_after;
            row.issuer == Issuer::Staff && row.state == State::Active && in_time
        });
        let member = if good {
            staff::by_certificate(self.store, &sha256).await?
        } else {
            None
        };
        if let Some(member) = member {
            return Ok(member);
        }
        let refusal = Refusal::from(StaffRefusal::CertificateInactive);
        let entry = context.audit(AuditAction::StaffPresented, ("certificate", &sha256));
        self.audit_refusal(entry.by(Actor::Anonymous).refused(&refusal))
            .await?;
        Err(refusal.into())
    }

    /// A member of staff requests what their role may not have. Audited.
    pub async fn off_limits(&self, context: &RequestContext, place: &str) -> Error {
        let refusal = Refusal::RoleMissing;
        let entry = context.audit(AuditAction::StaffOffLimits, ("page", place));
        match self.audit_refusal(entry.refused(&refusal)).await {
            Ok(()) => refusal.into(),
            Err(fault) => fault,
        }
    }

    /// Records a member of staff; `actor` is who ordered it. They can do nothing before they have a certificate.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn add_staff_member(
        &self,
        name: &str,
        employee_number: &str,
        role: Role,
        actor: Actor,
        now: Timestamp,
    ) -> Result<StaffMember> {
        let member = StaffMember {
            id: id::new_id()?,
            name: name.to_owned(),
            employee_number: employee_number.to_owned(),
            role,
            certificate_sha256: None,
            status: Status::Active,
            created_at: now,
        };
        let context = RequestContext::new(actor, Caller::default(), now);
        let added = self.transaction(async |tx| {
            staff::insert(tx, &member).await?;
            let entry = context.audit(AuditAction::StaffAdded, ("staff", &member.id));
            let detail = json!({ "name": name, "employee_number": employee_number, "role": role });
            entry.detail(detail).write(tx).await
        });
        added.await?;
        Ok(member)
    }

    /// All members of staff, by name.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn staff_members(&self) -> Result<Vec<StaffMember>> {
        Ok(staff::list(self.store).await?)
    }

    /// One page of the contracts that match the search at the counter: an account (with or without its branch), a part
    /// of 企業名(カナ) or 企業名, or a login ID; all of them for an empty search.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn find_contracts(&self, typed: &str, page: u32) -> Result<Vec<Contract>> {
        if typed.trim().is_empty() {
            return self.contracts(page).await;
        }
        for by in searches(typed, self.settings) {
            let offset = i64::from(page) * PAGE;
            let found = contracts::search(self.store, &by, PAGE, offset).await?;
            if !found.is_empty() || page > 0 {
                return Ok(found);
            }
        }
        Ok(Vec::new())
    }

    /// A contract with its users, each with the relevant certificate, and its grants.
    ///
    /// # Errors
    /// [`Refusal::ContractUnknown`].
    pub async fn contract_overview(&self, contract_id: &str) -> Result<Overview> {
        let contract = self.contract(contract_id).await?;
        let mut users = Vec::new();
        for user in users::list_for_contract(self.store, contract_id).await? {
            let newest = certificates::list_for_user(self.store, &user.id).await?;
            users.push((user, newest.into_iter().next()));
        }
        Ok(Overview {
            contract,
            users,
            former: users::former_of_contract(self.store, contract_id, FORMER).await?,
            grants: grants::list_for_contract(self.store, contract_id).await?,
        })
    }

    /// Active certificates in their renewal window, earliest expiry first.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn expiring_certificates(&self, limit: i64, now: Timestamp) -> Result<Vec<Expiring>> {
        let until = now.checked_add(self.settings.periods.renewal_window);
        let until = until.unwrap_or(Timestamp::MAX);
        Ok(certificates::expiring(self.store, now, until, limit).await?)
    }

    /// A user's last login attempts, newest first.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn login_history(&self, user_id: &str) -> Result<Vec<Login>> {
        Ok(login_history::last(self.store, user_id, 20).await?)
    }

    /// One page of contracts, in the order of branch and account; `page` counts from 0.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn contracts(&self, page: u32) -> Result<Vec<Contract>> {
        let listed: std::result::Result<_, StoreError> =
            contracts::list(self.store, PAGE, i64::from(page) * PAGE).await;
        Ok(listed?)
    }

    /// A contract.
    ///
    /// # Errors
    /// [`Refusal::ContractUnknown`].
    pub async fn contract(&self, contract_id: &str) -> Result<Contract> {
        let found = contracts::find(self.store, contract_id).await?;
        found.ok_or(Refusal::ContractUnknown.into())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn temporary_passwords_are_readable_and_differ() {
        let one = temporary_password().unwrap();
        let two = temporary_password().unwrap();
        assert_ne!(one.expose(), two.expose());
        for password in [one, two] {
            assert_eq!(password.expose().len(), TEMPORARY_LENGTH);
            assert!(password.expose().bytes().all(|b| READABLE.contains(&b)));
        }
    }
}
