//! Who has no certificate yet: their number and the two halves that two officers handed over.

use inkan_pki::secret::Secret;
use jiff::Timestamp;

use super::super::audited::audit;
use super::super::enrolment::Status;
use super::super::staff_access::fits_halves;
use super::super::validation::codes;
use super::super::{Caller, Error, Result, StaffRefusal, Workflows};
use crate::store::audit::Actor;
use crate::store::staff::{self, StaffMember, Status as Employment};
use crate::store::staff_credentials::{self, StaffCredential};
use crate::store::staff_requests::Ground;

impl Workflows {
    /// Makes a request for the certificate of the account that the two halves were handed over for, bound to the
    /// browser with this cookie. It can be asked again while the halves are good, and once a key was certified with
    /// them, for that key only.
    ///
    /// # Errors
    /// [`StaffRefusal::HandoverInvalid`], whatever is wrong; audited.
    pub async fn ask_with_handover(
        &self,
        number: &str,
        (first, second): (&Secret, &Secret),
        binding: &str,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Status> {
        match self.handed_over(number, first, second, now).await {
            Ok((member, credential)) => {
                let ground = Ground::Handover(credential.first_sha256);
                self.put_staff_request(&member.id, ground, binding, caller, now)
                    .await
            }
            Err(Error::Refused(refusal)) => {
                let subject = codes::employee_number(number).unwrap_or_default();
                let action = "staff.certificate-asked";
                let entry = audit(Actor::Anonymous, action, "person", &subject);
                self.record_refusal(entry.from(caller).refused(&refusal), now)
                    .await?;
                Err(refusal.into())
            }
            Err(fault) => Err(fault),
        }
    }

    /// The one account of this person that the halves fit.
    async fn handed_over(
        &self,
        number: &str,
        first: &Secret,
        second: &Secret,
        now: Timestamp,
    ) -> Result<(StaffMember, StaffCredential)> {
        let store = &self.inner.store;
        let invalid = || Error::from(StaffRefusal::HandoverInvalid);
        let number = codes::employee_number(number).map_err(|_| invalid())?;
        for member in staff::of_person(store, &number).await? {
            let Some(known) = staff_credentials::find(store, &member.id).await? else {
                continue;
            };
            let employed = member.status == Employment::Active;
            if fits_halves(&known, first, second) && employed && now < known.expires_at {
                return Ok((member, known));
            }
        }
        Err(invalid())
    }
}
