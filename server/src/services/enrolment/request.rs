//! A recorded request: created for one browser, and shown to that browser alone. The agent gets a credential that is
//! valid for this request only.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use inkan_pki::messages::identifier::Identifier;
use inkan_pki::messages::link::Link;
use inkan_pki::secret::Secret;

use super::{Authorization, Subject, action, asked};
use crate::services::credentials::{comparison_code, same};
use crate::services::{Fault, Refusal, RequestContext, Result, Services};
use crate::store::Tx;
use crate::store::certificates::{self, Certificate};
use crate::store::enrolment_requests::{
    self as requests, EnrolmentRequest, NewRequest, Outcome, State,
};
use crate::store::id::{new_id, sha256_hex};

/// A request as its page sees it.
#[derive(Debug, Clone)]
pub struct Status {
    /// Id, part of the link.
    pub id: String,
    /// Whose certificate.
    pub subject: Subject,
    /// The link that starts the agent.
    pub link: String,
    /// Shown by page and agent, for comparison.
    pub comparison_code: String,
    /// Its state; a request past its deadline is `Failed` with `request-expired`.
    pub state: State,
    /// The step that the agent reported last ([`ProgressStep`]).
    ///
    /// [`ProgressStep`]: inkan_pki::messages::request::ProgressStep
    pub progress: Option<String>,
    /// Why it failed.
    pub failure_code: Option<String>,
    /// The certificate, once it is active.
    pub certificate: Option<Certificate>,
    /// Deadline of the next step: the pick-up, then everything else.
    pub deadline: Timestamp,
}

impl Services {
    /// Records a request with its audit row, and replaces those of the same subject that no agent has picked up yet.
    /// Returns its id.
    pub(super) async fn put_request(
        &self,
        context: &RequestContext,
        tx: &mut Tx,
        subject: &Subject,
        authorization: Authorization,
        binding: &str,
    ) -> Result<String> {
        let (periods, now) = (self.settings().periods, context.now);
        for old in requests::open_for(&mut *tx, subject, now).await? {
            if old.state == State::Created {
                let replaced = Outcome::Failed("request-replaced");
                requests::finish(tx, &old.id, replaced, now).await?;
            }
        }
        let later = |wait: SignedDuration| now.checked_add(wait).unwrap_or(Timestamp::MAX);
        let new = NewRequest {
            id: new_id()?,
            subject: subject.clone(),
            authorization,
            browser_binding_sha256: sha256_hex(binding.as_bytes()),
            comparison_code: comparison_code()?,
            created_at: now,
            pickup_expires_at: later(periods.pick_up),
            expires_at: later(periods.pick_up + periods.enrolment),
        };
        requests::create(tx, &new).await?;
        let context = context.by(subject.actor());
        match subject {
            Subject::User(_) => context.audit(asked(subject), ("request", &new.id)),
            Subject::Staff(id) => {
                let action = action(&new.authorization).as_str();
                context
                    .audit(asked(subject), ("staff", id))
                    .detail(json!({ "request": &new.id, "action": action }))
            }
        }
        .write(tx)
        .await?;
        Ok(new.id)
    }

    /// The status of a request, for the browser that made it and no other.
    ///
    /// # Errors
    /// [`Refusal::RequestUnknown`], also for a request of another browser.
    pub async fn request_status(&self, id: &str, binding: &str, now: Timestamp) -> Result<Status> {
        let request = requests::find(&self.inner.store, id).await?;
        let given = sha256_hex(binding.as_bytes());
        let request = request
            .filter(|one| same(&given, &one.browser_binding_sha256))
            .ok_or(Refusal::RequestUnknown)?;
        let certificate = match &request.certificate_id {
            Some(id) => certificates::find(&self.inner.store, id).await?,
            None => None,
        };
        let (deadline, open) = match request.state {
            State::Created => (request.pickup_expires_at, true),
            State::PickedUp => (request.expires_at, true),
            State::Done | State::Failed => (request.expires_at, false),
        };
        let late = open && now >= deadline;
        let link = Link {
            action: action(&request.authorization),
            bank: self.bank_id(&request.subject)?,
            request: Identifier::new(&*request.id)
                .map_err(|_| Fault::Inconsistent("request id"))?,
        };
        Ok(Status {
            link: link.to_string(),
            subject: request.subject,
            id: request.id,
            comparison_code: request.comparison_code,
            state: if late { State::Failed } else { request.state },
            progress: request.progress,
            failure_code: if late {
                Some("request-expired".to_owned())
            } else {
                request.failure_code
            },
            certificate,
            deadline,
        })
    }

    /// The request, if `credential` is the one that the agent received for it, and it has not expired.
    ///
    /// # Errors
    /// [`Refusal::CredentialInvalid`], [`Refusal::RequestExpired`].
    pub(in crate::services) async fn authenticated(
        &self,
        id: &str,
        credential: &Secret,
        now: Timestamp,
    ) -> Result<EnrolmentRequest> {
        let request = requests::find(&self.inner.store, id).await?;
        let given = sha256_hex(credential.expose().as_bytes());
        let known = request
            .as_ref()
            .and_then(|r| r.credential_sha256.as_deref());
        // Always compared: an unknown request takes as long as a wrong credential.
        let right = same(&given, known.unwrap_or(&"0".repeat(64)));
        let request = request
            .filter(|_| right)
            .ok_or(Refusal::CredentialInvalid)?;
        if now >= request.expires_at {
            return Err(Refusal::RequestExpired.into());
        }
        Ok(request)
    }
}
