//! The certificate of who is at the console, and its renewal. When the agent has finished, the connection still shows the
//! old certificate; the pages that say what became of the renewal are open to it, and no other page is.

use jiff::Timestamp;

use crate::services::account_service::AccountService;
use crate::services::audit::rows::audit;
use crate::services::enrolment::request::Status;
use crate::services::{Caller, Error, Fault, Refusal, RequestContext, Result, Services};
use crate::store::audit::Actor;
use crate::store::certificates::{self, Certificate, Issuer, State};
use crate::store::id;
use crate::store::staff::{self, StaffMember, Status as Employment};
use crate::store::staff_requests::Ground;

/// Somebody at the console, with the certificate of their connection.
#[derive(Debug, Clone)]
pub struct Own {
    /// Who.
    pub member: StaffMember,
    /// The certificate of the connection.
    pub certificate: Certificate,
    /// Its successor, once that is in use.
    pub successor: Option<Certificate>,
}

impl AccountService<'_> {
    /// Who presents this staff certificate (DER): in use, or ended by its own renewal.
    ///
    /// # Errors
    /// [`StaffRefusal::CertificateInactive`](crate::services::StaffRefusal::CertificateInactive) for everybody else; audited.
    pub async fn own_certificate(
        &self,
        presented: &[u8],
        caller: Caller,
        now: Timestamp,
    ) -> Result<Own> {
        if let Some(own) = self.renewed(presented).await? {
            return Ok(own);
        }
        let context = RequestContext::anonymous(caller, now);
        let member = self.staff_presenting(&context, presented).await?;
        let row = certificates::by_sha256(self.store, &id::sha256_hex(presented)).await?;
        Ok(Own {
            member,
            certificate: row.ok_or(Fault::Inconsistent("certificate row is gone"))?,
            successor: None,
        })
    }

    /// Whose certificate (DER) was ended by its own renewal, whose outcome is in use now.
    async fn renewed(&self, presented: &[u8]) -> Result<Option<Own>> {
        let row = certificates::by_sha256(self.store, &id::sha256_hex(presented)).await?;
        let ended = row.filter(|row| row.issuer == Issuer::Staff && row.state == State::Revoked);
        let Some((row, staff_id)) = ended.and_then(|row| {
            let staff_id = row.staff_id.clone()?;
            Some((row, staff_id))
        }) else {
            return Ok(None);
        };
        let all = certificates::list_for_staff(self.store, &staff_id).await?;
        let successor = all.into_iter().find(|one| {
            one.state == State::Active && one.replaces.as_deref() == Some(row.id.as_str())
        });
        let member = staff::find(self.store, &staff_id).await?;
        let member = member.filter(|one| one.status == Employment::Active);
        Ok(member.zip(successor).map(|(member, successor)| Own {
            member,
            certificate: row,
            successor: Some(successor),
        }))
    }
}

impl Services {
    /// Whether the certificate may be renewed now: for the page that offers it.
    ///
    /// # Errors
    /// [`Refusal::RenewalTooEarly`], [`Refusal::OutOfOrder`].
    pub fn may_renew_own(&self, own: &Own, now: Timestamp) -> Result<()> {
        if own.successor.is_some() {
            return Err(Refusal::OutOfOrder.into());
        }
        self.window_is_open(&own.certificate, now)
    }

    /// Makes a request for a renewal, bound to the browser with this cookie.
    ///
    /// # Errors
    /// As [`Self::may_renew_own`]; audited.
    pub async fn ask_for_renewal(
        &self,
        own: &Own,
        binding: &str,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Status> {
        let staff_id = &own.member.id;
        if let Err(Error::Refused(refusal)) = self.may_renew_own(own, now) {
            let actor = Actor::Staff(staff_id.clone());
            let entry = audit(actor, "staff.certificate-asked", "staff", staff_id);
            self.record_refusal(entry.from(caller).refused(&refusal), now)
                .await?;
            return Err(refusal.into());
        }
        let ground = Ground::Renewal(own.certificate.id.clone());
        self.put_staff_request(staff_id, ground, binding, caller, now)
            .await
    }
}
