//! The bank's staff: who presents a certificate, who works here, and what a list at the counter shows.

use inkan_pki::secret::Secret;
use jiff::Timestamp;
use serde_json::json;

use super::audited::audit;
use super::people::People;
use super::{Caller, Fault, Refusal, Result};
use crate::store::audit::Actor;
use crate::store::certificates::{self, Issuer, State};
use crate::store::contracts::{self, Contract};
use crate::store::staff::{self, Role, StaffMember, Status};
use crate::store::{StoreError, id};

/// No 0 O 1 I l: the customer reads it from paper.
const READABLE: &[u8] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz";
const TEMPORARY_LENGTH: usize = 10;

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

/// Contracts on one page of the list.
pub const PAGE: i64 = 100;

impl People<'_> {
    /// Who presents this staff certificate (DER): it must be the one registered, active and within its validity.
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`] for everybody else; audited.
    pub async fn staff_presenting(
        &self,
        presented: &[u8],
        caller: Caller,
        now: Timestamp,
    ) -> Result<StaffMember> {
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
        let refusal = Refusal::RoleMissing;
        let entry = audit(Actor::Anonymous, "staff.presented", "certificate", &sha256);
        self.record_refusal(entry.from(caller).refused(&refusal), now)
            .await?;
        Err(refusal.into())
    }

    /// Puts somebody on record; `actor` is who ordered it. They can do nothing before they have a certificate.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn add_staff_member(
        &self,
        name: &str,
        role: Role,
        actor: Actor,
        now: Timestamp,
    ) -> Result<StaffMember> {
        let member = StaffMember {
            id: id::new_id()?,
            name: name.to_owned(),
            role,
            certificate_sha256: None,
            status: Status::Active,
            created_at: now,
        };
        let mut tx = self.store.begin().await?;
        staff::insert(&mut tx, &member).await?;
        let entry = audit(actor, "staff.added", "staff", &member.id);
        entry
            .detail(json!({ "name": name, "role": role }))
            .write(&mut tx, now)
            .await?;
        tx.commit().await?;
        Ok(member)
    }

    /// Everybody on record, by name.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn staff_members(&self) -> Result<Vec<StaffMember>> {
        Ok(staff::list(self.store).await?)
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
