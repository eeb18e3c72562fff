//! A staff certificate without the agent, in use at once: with both halves of an activation code in EST's HTTP Basic,
//! or ordered by the operator on the server itself.

use inkan_pki::secret::Secret;

use super::activation::{end_others, register};
use super::intent::{Intent, prove};
use super::{Authorization, Holder, Subject};
use crate::services::staff::activation_code::{digest, fits, halves};
use crate::services::{Error, Refusal, RequestContext, Result, Services};
use crate::store::activation_codes::{self, ActivationCode};
use crate::store::audit::AuditAction;
use crate::store::certificates::State;

impl Services {
    /// Issues the certificate of a staff account for the key in `csr` (DER), with both halves of its activation code.
    /// The earlier certificate is revoked. A repeated call with the same key returns the same certificate.
    ///
    /// # Errors
    /// [`Refusal::CredentialInvalid`], [`Refusal::Csr`], [`Refusal::KeyAlreadyCertified`], [`Refusal::Unavailable`].
    pub async fn enroll_staff(
        &self,
        context: &RequestContext,
        staff_id: &str,
        credential: &Secret,
        csr: &[u8],
    ) -> Result<Vec<u8>> {
        let subject: String = staff_id.chars().take(64).collect();
        let command = context.command(AuditAction::StaffEnrolled, ("staff", &subject));
        let accounts = self.accounts();
        let enrolled = accounts.audit_refusals(command, async {
            let code = self.presented_code(context, staff_id, credential).await?;
            let staff = Subject::Staff(staff_id.to_owned());
            let context = context.by(staff.actor());
            let issued = self.issue_directly(&context, &staff, Some(&code), csr);
            match issued.await {
                // Used for another key: the response is that of a wrong code.
                Err(Error::Refused(Refusal::KeyMismatch)) => Err(Refusal::CredentialInvalid.into()),
                other => other,
            }
        });
        enrolled.await
    }

    /// The activation code of the account, if these are its halves.
    async fn presented_code(
        &self,
        context: &RequestContext,
        staff_id: &str,
        credential: &Secret,
    ) -> Result<ActivationCode> {
        let known = activation_codes::find(&self.inner.store, staff_id).await?;
        let (first, second) = halves(credential);
        // Locked, unknown or wrong: the response is the same.
        if self.code_unlocked(staff_id, context.now).await.is_err() {
            return Err(Refusal::CredentialInvalid.into());
        }
        let passwords = &self.inner.passwords;
        let (caller, now) = (context.caller, context.now);
        let right = fits(passwords, known.as_ref(), (&first, &second), caller, now).await?;
        let holds = self.code_tried(staff_id, right, now).await?;
        let code = known.filter(|_| holds);
        Ok(code.ok_or(Refusal::CredentialInvalid)?)
    }

    /// Issues the certificate of a staff account for the key in `csr` (DER) and registers it, by order of the operator
    /// on the server itself. Its earlier certificate is revoked. A repeated call with the same key resumes an interrupted one.
    ///
    /// # Errors
    /// [`Refusal::Csr`], [`Refusal::KeyAlreadyCertified`], [`Refusal::CredentialInvalid`] if the person has left,
    /// [`Refusal::Unavailable`].
    pub async fn issue_staff_certificate(
        &self,
        context: &RequestContext,
        staff_id: &str,
        csr: &[u8],
    ) -> Result<Vec<u8>> {
        let staff = Subject::Staff(staff_id.to_owned());
        self.issue_directly(context, &staff, None, csr).await
    }

    async fn issue_directly(
        &self,
        context: &RequestContext,
        staff: &Subject,
        code: Option<&ActivationCode>,
        csr: &[u8],
    ) -> Result<Vec<u8>> {
        let proven = prove(csr).await?;
        let holder = Holder::find(&self.inner.store, staff).await?;
        holder.entitled(&self.inner.store, false).await?;
        let authorization = code.and_then(digest).map(Authorization::ActivationCode);
        let intent = Intent {
            holder: &holder,
            authorization: authorization.as_ref(),
            request_id: None,
            proven: &proven,
        };
        let row = match self.known_key(intent).await? {
            Some(row) if code.is_some_and(|code| code.used_at.is_none()) => {
                self.continue_with_code(context, intent, row).await?
            }
            Some(row) => row,
            None => self.record_or_find(context, intent).await?,
        };
        let (certificate_id, state) = (row.id.clone(), row.state);
        let der = self.complete(context, row).await?;
        if state != State::Active {
            let accounts = self.accounts();
            let registered = accounts.transaction(async |tx| {
                end_others(tx, context, staff, &certificate_id).await?;
                register(tx, context, staff, &certificate_id, &der).await
            });
            registered.await?;
        }
        Ok(der)
    }
}
