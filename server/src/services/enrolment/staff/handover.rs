//! Who has no certificate yet: their number and the split activation code that two officers handed over.

use inkan_pki::secret::Secret;
use jiff::Timestamp;

use crate::services::audit::rows::audit;
use crate::services::enrolment::request::Status;
use crate::services::staff::activation_code::{digest, fits};
use crate::services::validation::codes;
use crate::services::{Caller, Error, Result, Services, StaffRefusal};
use crate::store::activation_codes::{self, ActivationCode};
use crate::store::audit::Actor;
use crate::store::staff::{self, StaffMember, Status as Employment};
use crate::store::staff_requests::Ground;

impl Services {
    /// Makes a request for the certificate of the account that the two halves were handed over for, bound to the
    /// browser with this cookie. It can be asked again while the halves are good, and once a key was certified with
    /// them, for that key only.
    ///
    /// # Errors
    /// [`StaffRefusal::HandoverInvalid`], whatever is wrong; [`Refusal::TemporarilyLocked`] after too many wrong tries, also with
    /// a number that nobody has; audited.
    pub async fn ask_with_handover(
        &self,
        number: &str,
        (first, second): (&Secret, &Secret),
        binding: &str,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Status> {
        match self.handed_over(number, first, second, caller, now).await {
            Ok((member, code)) => {
                let code = digest(&code).ok_or(StaffRefusal::HandoverInvalid)?;
                let ground = Ground::Handover(code);
                self.put_staff_request(&member.id, ground, binding, caller, now)
                    .await
            }
            Err(Error::Refused(refusal)) => {
                let subject = codes::employee_number(number).unwrap_or_default();
                let action = "staff.certificate-asked";
                let entry = audit(Actor::Anonymous, action, "employee_number", &subject);
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
        caller: Caller,
        now: Timestamp,
    ) -> Result<(StaffMember, ActivationCode)> {
        let store = &self.inner.store;
        let invalid = || Error::from(StaffRefusal::HandoverInvalid);
        let number = codes::employee_number(number).map_err(|_| invalid())?;
        self.code_unlocked(&number, now).await?;
        let mut codes = Vec::new();
        for member in staff::by_employee_number(store, &number).await? {
            let code = activation_codes::find(store, &member.id).await?;
            let employed = member.status == Employment::Active;
            let good = code.filter(|code| employed && code.code_hash.is_some());
            codes.extend(good.map(|code| (member, code)));
        }
        let passwords = &self.inner.passwords;
        let mut found = None;
        if codes.is_empty() {
            fits(passwords, None, (first, second), caller, now).await?;
        }
        for (member, code) in codes {
            if fits(passwords, Some(&code), (first, second), caller, now).await? {
                found = Some((member, code));
            }
        }
        if self.code_tried(&number, found.is_some(), now).await?
            && let Some(found) = found
        {
            return Ok(found);
        }
        Err(invalid())
    }
}
