//! EST for the agent of a staff member: recorded, signed, stored; in use only when the agent has proved it.

use jiff::Timestamp;
use serde_json::json;

use inkan_pki::secret::Secret;
use inkan_pki::x509::csr::ProvenRequest;

use super::super::issuing::prove;
use super::agent::on_its_way;
use crate::services::audit::rows::audit;
use crate::services::certificates::lifecycle::Reason;
use crate::services::certificates::lifecycle::transitions::{self, Ending};
use crate::services::staff::activation_code::digest as code_digest;
use crate::services::{Caller, Error, Fault, Refusal, RequestContext, Result, Services};
use crate::store::activation_codes::{self, ActivationCode};
use crate::store::audit::Actor;
use crate::store::certificates::{self, Certificate};
use crate::store::staff::{self, StaffMember, Status};
use crate::store::staff_requests::{Ground, StaffRequest, State};

/// For the bank's records.
const NOTE: &str = "begun anew with another key";

impl Services {
    /// Issues the certificate of a request that was picked up, for the key in `csr` (DER). The same key gets the same
    /// certificate.
    ///
    /// # Errors
    /// [`Refusal`]: credential, time, CSR, key; [`Refusal::KeyMismatch`] when what was handed over was used for another
    /// key; [`Refusal::Unavailable`] while the HSM is unavailable: the same call continues later.
    pub async fn enroll_staff_by_agent(
        &self,
        request_id: &str,
        credential: &Secret,
        csr: &[u8],
        caller: Caller,
        now: Timestamp,
    ) -> Result<Vec<u8>> {
        let done = async {
            let request = self
                .staff_authenticated(request_id, credential, now)
                .await?;
            let proven = self.proven_for_staff(csr).await?;
            let (member, row) = self.begin(&request, &proven, caller, now).await?;
            let actor = Actor::Staff(member.id.clone());
            let row = match row {
                Some(row) => row,
                None => {
                    let ground = (Some(request.id.clone()), None);
                    self.staff_intent(&member, &proven, ground, caller, now)
                        .await?
                }
            };
            self.complete(row, actor, caller, now).await
        };
        let done = done.await;
        if let Err(Error::Refused(refusal)) = &done
            && !matches!(refusal, Refusal::Unavailable { .. })
        {
            let subject: String = request_id.chars().take(64).collect();
            let actor = Actor::Agent(subject.clone());
            let entry = audit(actor, "certificate.requested", "request", &subject);
            self.record_refusal(entry.from(caller).refused(refusal), now)
                .await?;
        }
        done
    }

    /// Issues the successor of the staff certificate that `presented` (DER) is, for the key in `csr` (DER). The old one
    /// is good until the agent has proved the new one.
    ///
    /// # Errors
    /// [`StaffRefusal::CertificateInactive`](crate::services::StaffRefusal::CertificateInactive), [`Refusal::RenewalTooEarly`],
    /// [`Refusal::RenewalPending`] for a second key while the first one's agent may be at work, [`Refusal::Csr`],
    /// [`Refusal::KeyAlreadyCertified`], [`Refusal::Unavailable`].
    pub async fn reenroll_staff(
        &self,
        presented: &[u8],
        csr: &[u8],
        caller: Caller,
        now: Timestamp,
    ) -> Result<Vec<u8>> {
        let own = self
            .accounts()
            .own_certificate(presented, caller, now)
            .await?;
        let done = async {
            let (member, old) = (&own.member, &own.certificate);
            if own.successor.is_some() {
                return Err(Refusal::OutOfOrder.into());
            }
            self.window_is_open(old, now)?;
            let proven = self.proven_for_staff(csr).await?;
            let known = self.known_staff_key(&member.id, &proven).await?;
            let row = match known {
                Some(row) if row.replaces.as_ref() == Some(&old.id) => row,
                Some(_) => return Err(Refusal::KeyAlreadyCertified.into()),
                None => {
                    self.successors_are_replaced(member, old, caller, now)
                        .await?;
                    let ground = (None, Some(old.id.clone()));
                    self.staff_intent(member, &proven, ground, caller, now)
                        .await?
                }
            };
            let actor = Actor::Staff(member.id.clone());
            self.complete(row, actor, caller, now).await
        };
        let done = done.await;
        if let Err(Error::Refused(refusal)) = &done
            && !matches!(refusal, Refusal::Unavailable { .. })
        {
            let (actor, old) = (Actor::Staff(own.member.id.clone()), &own.certificate.id);
            let entry = audit(actor, "certificate.renewal-requested", "certificate", old);
            self.record_refusal(entry.from(caller).refused(refusal), now)
                .await?;
        }
        done
    }

    async fn proven_for_staff(&self, csr: &[u8]) -> Result<ProvenRequest> {
        let proven = prove(csr).await?;
        if !self.settings().key_algorithms.contains(&proven.algorithm) {
            return Err(Refusal::KeyAlgorithmNotOffered.into());
        }
        Ok(proven)
    }

    /// The account's certificate on its way for this key.
    async fn known_staff_key(
        &self,
        staff_id: &str,
        proven: &ProvenRequest,
    ) -> Result<Option<Certificate>> {
        let known = certificates::by_spki_sha256(&self.inner.store, &proven.spki_sha256).await?;
        match known {
            Some(row) if row.staff_id.as_deref() == Some(staff_id) && on_its_way(&row) => {
                Ok(Some(row))
            }
            Some(_) => Err(Refusal::KeyAlreadyCertified.into()),
            None => Ok(None),
        }
    }

    /// Uses what was handed over for this key, and gives up what was begun with an earlier hand-over.
    async fn begin(
        &self,
        request: &StaffRequest,
        proven: &ProvenRequest,
        caller: Caller,
        now: Timestamp,
    ) -> Result<(StaffMember, Option<Certificate>)> {
        let Ground::Handover(digest) = &request.ground else {
            // A renewal is authenticated by the certificate it replaces.
            return Err(Refusal::CredentialInvalid.into());
        };
        let staff_id = &request.staff_id;
        let row = self.known_staff_key(staff_id, proven).await?;
        let mut tx = self.inner.store.begin().await?;
        let member = staff::find(&mut tx, staff_id).await?;
        let member = member
            .filter(|one| one.status == Status::Active)
            .ok_or(Refusal::CredentialInvalid)?;
        let credential = activation_codes::find(&mut tx, staff_id).await?;
        let credential = credential
            .filter(|one| code_digest(one).as_ref() == Some(digest) && now < one.expires_at)
            .ok_or(Refusal::CredentialInvalid)?;
        if credential.used_at.is_some() {
            return match row {
                Some(row) => Ok((member, Some(row))),
                None => Err(Refusal::KeyMismatch.into()),
            };
        }
        if request.state != State::PickedUp {
            return Err(Refusal::RequestClosed.into());
        }
        let used = ActivationCode {
            used_at: Some(now),
            ..credential
        };
        activation_codes::put(&mut tx, &used).await?;
        let actor = Actor::Staff(staff_id.clone());
        audit(actor.clone(), "staff.credential-used", "staff", staff_id)
            .from(caller)
            .detail(json!({ "key": &proven.spki_sha256, "request": &request.id }))
            .write(&mut tx, now)
            .await?;
        let context = RequestContext::new(actor, caller, now);
        let ending = Ending {
            context: &context,
            reason: Reason::CessationOfOperation,
            note: NOTE,
        };
        let keep = row.as_ref().map(|row| row.id.as_str());
        for begun in certificates::list_for_staff(&mut tx, staff_id).await? {
            if on_its_way(&begun) && Some(begun.id.as_str()) != keep {
                transitions::give_up(&mut tx, &begun, &ending).await?;
            }
        }
        tx.commit().await?;
        self.status_changed().await;
        Ok((member, row))
    }

    /// Ends successors of `old` that never came into use, or refuses while the agent of one may be at work.
    async fn successors_are_replaced(
        &self,
        member: &StaffMember,
        old: &Certificate,
        caller: Caller,
        now: Timestamp,
    ) -> Result<()> {
        let periods = &self.settings().periods;
        let at_work = periods.pick_up + periods.enrolment;
        let context = RequestContext::staff(&member.id, caller, now);
        let ending = Ending {
            context: &context,
            reason: Reason::CessationOfOperation,
            note: NOTE,
        };
        let mut tx = self.inner.store.begin().await?;
        let mut ended = false;
        for row in certificates::list_for_staff(&mut tx, &member.id).await? {
            if !on_its_way(&row) || row.replaces.as_ref() != Some(&old.id) {
                continue;
            }
            // A clock that was put back since makes it no younger than this.
            if now.duration_since(row.created_at).abs() < at_work {
                return Err(Refusal::RenewalPending.into());
            }
            transitions::give_up(&mut tx, &row, &ending).await?;
            ended = true;
        }
        if ended {
            tx.commit().await?;
            self.status_changed().await;
        }
        Ok(())
    }

    /// The row on record for a first certificate or a renewal, newly made.
    async fn staff_intent(
        &self,
        member: &StaffMember,
        proven: &ProvenRequest,
        (request_id, replaces): (Option<String>, Option<String>),
        caller: Caller,
        now: Timestamp,
    ) -> Result<Certificate> {
        let mut new = self.new_staff_intent(member, proven, now)?;
        new.request_id = request_id;
        new.replaces = replaces;
        let actor = Actor::Staff(member.id.clone());
        match self.record_intent(&new, actor, caller, now).await {
            Ok(()) => {
                let row = certificates::find(&self.inner.store, &new.id).await?;
                Ok(row.ok_or(Fault::Inconsistent("certificate row is gone"))?)
            }
            // The same request twice: the first one counts.
            Err(error) if super::super::issuing::is_duplicate_key(&error) => {
                let known = self.known_staff_key(&member.id, proven).await?;
                known.ok_or_else(|| Refusal::KeyAlreadyCertified.into())
            }
            Err(other) => Err(other),
        }
    }
}
