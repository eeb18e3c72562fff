//! Certificates for staff, from the staff CA: recorded, signed and stored like a customer's.

use jiff::Timestamp;
use serde_json::json;

use super::issuing::prove;
use crate::ca::IssuerId;
use crate::ca::issue::IssueError;
use crate::ca::profile::ProfileError;
use crate::services::audit::rows::audit;
use crate::services::{Caller, Fault, Refusal, Result, Services};
use crate::store::audit::Actor;
use crate::store::certificates::{self, Issuer, NewIntent, State};
use crate::store::id;
use crate::store::staff::{self, StaffMember};
use inkan_pki::x509::csr::ProvenRequest;
use inkan_pki::x509::fingerprint::sha256_hex;

const fn goes_on(state: State) -> bool {
    matches!(state, State::Intent | State::Issued | State::Active)
}

impl Services {
    /// Issues the certificate of a staff member for the key in `csr` (DER) and registers it as theirs.
    /// `actor` is who ordered it. Repeated with the same key it continues where it broke off.
    ///
    /// # Errors
    /// [`Refusal::Csr`], [`Refusal::KeyAlreadyCertified`], [`Refusal::Unavailable`].
    pub async fn issue_staff_certificate(
        &self,
        staff_id: &str,
        csr: &[u8],
        actor: Actor,
        now: Timestamp,
    ) -> Result<Vec<u8>> {
        let caller = Caller::default();
        let store = &self.inner.store;
        let member = staff::find(store, staff_id).await?;
        let member = member.ok_or(Fault::Inconsistent("no such staff member"))?;
        let proven = prove(csr).await?;
        let row = match certificates::by_spki_sha256(store, &proven.spki_sha256).await? {
            // One that ended stays ended: its key is registered in nobody's place.
            Some(row) if row.staff_id.as_deref() == Some(staff_id) && goes_on(row.state) => row,
            Some(_) => return Err(Refusal::KeyAlreadyCertified.into()),
            None => {
                let new = self.new_staff_intent(&member, &proven, now)?;
                self.record_intent(&new, actor.clone(), caller, now).await?;
                let row = certificates::find(store, &new.id).await?;
                row.ok_or(Fault::Inconsistent("certificate row is gone"))?
            }
        };
        let (certificate_id, state) = (row.id.clone(), row.state);
        let der = self.complete(row, actor.clone(), caller, now).await?;
        if state == State::Active {
            return Ok(der);
        }
        let mut tx = store.begin().await?;
        // Revoked, or gone from the bank, while the HSM was at it.
        if !certificates::set_active(&mut tx, &certificate_id, &actor, now).await?
            || !staff::set_certificate(&mut tx, staff_id, &sha256_hex(&der)).await?
        {
            return Err(Refusal::CredentialInvalid.into());
        }
        audit(actor, "staff.certificate-registered", "staff", staff_id)
            .detail(json!({ "certificate": certificate_id }))
            .write(&mut tx, now)
            .await?;
        tx.commit().await?;
        Ok(der)
    }

    /// A staff member's intent, without request and predecessor.
    pub(in crate::services) fn new_staff_intent(
        &self,
        member: &StaffMember,
        proven: &ProvenRequest,
        now: Timestamp,
    ) -> Result<NewIntent> {
        let ca = &self.inner.ca;
        let prepare = |name: &str| ca.prepare(IssuerId::Staff, name, &proven.spki_der, now);
        // The number is the last word, by which the agent knows whose it is; a long name is replaced by it.
        let whole = format!("{} {}", member.name, member.employee_number);
        let prepared = match prepare(&whole) {
            Err(IssueError::Profile(ProfileError::Subject(_))) => prepare(&member.employee_number)?,
            other => other?,
        };
        Ok(NewIntent {
            id: id::new_id()?,
            serial: prepared.serial,
            issuer: Issuer::Staff,
            generation: prepared.ca.generation,
            user_id: None,
            staff_id: Some(member.id.clone()),
            grant_id: None,
            request_id: None,
            replaces: None,
            spki: proven.spki_der.clone(),
            csr: Some(proven.der.clone()),
            tbs: prepared.tbs,
            not_before: prepared.validity.not_before,
            not_after: prepared.validity.not_after,
            created_at: now,
            shard: prepared.shard,
        })
    }
}
