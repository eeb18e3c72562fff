//! Requests a staff certificate with an employee number and a split activation code, which two officers handed over:
//! for staff who have no certificate yet.

use inkan_pki::secret::Secret;

use super::{Authorization, Status, Subject, asked};
use crate::services::command::Outcome;
use crate::services::staff::activation_code::{digest, fits};
use crate::services::validation::codes;
use crate::services::{Error, RequestContext, Result, Services, StaffRefusal};
use crate::store::activation_codes::{self, ActivationCode};
use crate::store::staff::{self, StaffMember, Status as Employment};

impl Services {
    /// Creates a request for the certificate of the account to which the activation code belongs, bound to the browser
    /// with this cookie. Further requests can be made while the code is valid; once a key was certified with it, for
    /// that key only.
    ///
    /// # Errors
    /// [`StaffRefusal::HandoverInvalid`], whichever part is wrong; [`Refusal::TemporarilyLocked`] after too many wrong
    /// tries, also for a number that does not exist; audited.
    ///
    /// [`Refusal::TemporarilyLocked`]: crate::services::Refusal::TemporarilyLocked
    pub async fn create_request_with_code(
        &self,
        context: &RequestContext,
        number: &str,
        halves: (&Secret, &Secret),
        binding: &str,
    ) -> Result<Status> {
        let action = asked(&Subject::Staff(String::new()));
        let typed = codes::employee_number(number).unwrap_or_default();
        let command = context.command(action, ("employee_number", &typed));
        let accounts = self.accounts();
        let found = accounts.audit_refusals(command, async {
            let (member, code) = self.code_holder(context, number, halves).await?;
            let code = digest(&code).ok_or(StaffRefusal::HandoverInvalid)?;
            Ok((
                Subject::Staff(member.id),
                Authorization::ActivationCode(code),
            ))
        });
        let (subject, code) = found.await?;
        let made = accounts.execute(command, async |tx| {
            let made = self.put_request(context, tx, &subject, code, binding);
            Ok(Outcome::recorded(made.await?))
        });
        self.request_status(&made.await?, binding, context.now)
            .await
    }

    /// The account of this employee number that the activation code belongs to.
    async fn code_holder(
        &self,
        context: &RequestContext,
        number: &str,
        halves: (&Secret, &Secret),
    ) -> Result<(StaffMember, ActivationCode)> {
        let (store, now) = (&self.inner.store, context.now);
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
        let (passwords, caller) = (&self.inner.passwords, context.caller);
        let mut found = None;
        if codes.is_empty() {
            fits(passwords, None, halves, caller, now).await?;
        }
        for (member, code) in codes {
            if fits(passwords, Some(&code), halves, caller, now).await? {
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
