//! EST (RFC 7030): a first certificate by the credential of a request, a renewal by the certificate to be renewed. The
//! certificate is recorded, signed and stored; it is in use only after the agent has proved it.

use inkan_pki::messages::identifier::Identifier;
use inkan_pki::secret::Secret;
use inkan_pki::x509::csr::ProvenRequest;

use super::intent::{Intent, good_code, prove};
use super::{Authorization, Holder, Subject};
use crate::services::command::Command;
use crate::services::step::Step;
use crate::services::{Error, Refusal, RequestContext, Result, Services};
use crate::store::activation_codes;
use crate::store::audit::Actor;
use crate::store::audit::AuditAction;
use crate::store::certificates::{self, Certificate, Issuer};
use crate::store::enrolment_requests::{EnrolmentRequest, State};

impl Services {
    /// Issues the certificate of a picked-up request, for the key in `csr` (DER), and returns it (DER). The same key
    /// gets the same certificate, another key an error.
    ///
    /// # Errors
    /// [`Refusal`]: credential, time, CSR, key, authorization; [`Refusal::Unavailable`] while the HSM is unavailable: the
    /// intent stays recorded, and the same call continues later.
    pub async fn enroll(
        &self,
        context: &RequestContext,
        request_id: &str,
        credential: &Secret,
        csr: &[u8],
    ) -> Result<Vec<u8>> {
        // Before the id is recorded anywhere: a valid one is short and has few kinds of characters.
        Identifier::new(request_id).map_err(|_| Refusal::CredentialInvalid)?;
        let context = context.by(Actor::Agent(request_id.to_owned()));
        let command = context.command(AuditAction::CertificateRequested, ("request", request_id));
        let issued = self.audit_unless_unavailable(command, async {
            let request = self.authenticated(request_id, credential, context.now);
            let request = request.await?;
            self.inner.step.reached(Step::CsrReceived);
            let proven = prove(csr).await?;
            let context = match &request.subject {
                Subject::User(_) => context.clone(),
                staff @ Subject::Staff(_) => context.by(staff.actor()),
            };
            let row = self.row_for_request(&context, &request, &proven).await?;
            self.complete(&context, row).await
        });
        issued.await
    }

    /// The recorded row for this request and key: the existing one, or a new intent.
    async fn row_for_request(
        &self,
        context: &RequestContext,
        request: &EnrolmentRequest,
        proven: &ProvenRequest,
    ) -> Result<Certificate> {
        let holder = Holder::find(&self.inner.store, &request.subject).await?;
        holder.entitled(&self.inner.store, false).await?;
        let used = self.is_used(context, request).await?;
        let intent = Intent {
            holder: &holder,
            authorization: Some(&request.authorization),
            request_id: Some(&request.id),
            proven,
        };
        // A grant is used up with the row of its certificate: perhaps by the same request, since it was read above.
        let by_grant = matches!(request.authorization, Authorization::Grant(_));
        match (self.known_key(intent).await?, used || by_grant) {
            (Some(known), true) => Ok(known),
            _ if request.state != State::PickedUp => Err(Refusal::RequestClosed.into()),
            (None, _) if used => Err(Refusal::KeyMismatch.into()),
            (Some(known), false) => self.continue_with_code(context, intent, known).await,
            (None, _) => {
                self.offered(proven)?;
                self.record_or_find(context, intent).await
            }
        }
    }

    /// Whether the authorization of a request has been used for a key.
    ///
    /// # Errors
    /// [`Refusal::CredentialInvalid`] for an activation code that is no longer valid, and for a renewal: there the
    /// certificate to be renewed is presented, and the credential enrols nothing.
    async fn is_used(&self, context: &RequestContext, request: &EnrolmentRequest) -> Result<bool> {
        let store = &self.inner.store;
        Ok(match &request.authorization {
            Authorization::Grant(grant) => certificates::by_grant(store, grant).await?.is_some(),
            Authorization::ActivationCode(digest) => {
                let code = activation_codes::find(store, request.subject.id()).await?;
                good_code(context, code, digest)?.used_at.is_some()
            }
            Authorization::Certificate(_) => return Err(Refusal::CredentialInvalid.into()),
        })
    }

    /// Issues the successor of the certificate `presented` (DER), for the key in `csr` (DER), and returns it (DER). It
    /// is not active until the agent proves it; the earlier one is valid until then.
    ///
    /// # Errors
    /// The refusals of [`Self::presenting`]; [`Refusal::OutOfOrder`] after the renewal, [`Refusal::RenewalTooEarly`],
    /// [`Refusal::RenewalPending`] for a second key while the agent of the first one may be at work, [`Refusal::Csr`],
    /// [`Refusal::KeyAlreadyCertified`], [`Refusal::Unavailable`].
    pub async fn reenroll(
        &self,
        context: &RequestContext,
        issuer: Issuer,
        presented: &[u8],
        csr: &[u8],
    ) -> Result<Vec<u8>> {
        let renewing = self.presenting(context, issuer, presented).await?;
        let (old, context) = (
            &renewing.certificate.id,
            context.by(renewing.subject.actor()),
        );
        let command = context.command(
            AuditAction::CertificateRenewalRequested,
            ("certificate", old),
        );
        let issued = self.audit_unless_unavailable(command, async {
            self.may_renew(&renewing, context.now)?;
            let proven = prove(csr).await?;
            self.offered(&proven)?;
            let holder = Holder::find(&self.inner.store, &renewing.subject).await?;
            let intent = Intent {
                holder: &holder,
                authorization: Some(&Authorization::Certificate(old.clone())),
                request_id: None,
                proven: &proven,
            };
            let row = match self.known_key(intent).await? {
                Some(row) => row,
                None => self.record_or_find(&context, intent).await?,
            };
            self.complete(&context, row).await
        });
        issued.await
    }

    /// Refuses keys of a type that the bank does not accept.
    fn offered(&self, proven: &ProvenRequest) -> Result<()> {
        if self.settings().key_algorithms.contains(&proven.algorithm) {
            return Ok(());
        }
        Err(Refusal::KeyAlgorithmNotOffered.into())
    }

    /// As `audit_refusals`; but while the HSM is unavailable nothing is decided or audited: the same request continues
    /// later.
    async fn audit_unless_unavailable<T>(
        &self,
        command: Command<'_>,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        match work.await {
            Err(
                unavailable @ Error::Refused(Refusal::Unavailable { .. } | Refusal::Sealed { .. }),
            ) => Err(unavailable),
            decided => {
                let accounts = self.accounts();
                accounts.audit_refusals(command, async { decided }).await
            }
        }
    }
}
