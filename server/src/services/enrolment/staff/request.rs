//! A request on record: made for one browser, and told to that browser alone.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use inkan_pki::messages::identifier::Identifier;
use inkan_pki::messages::link::{Action, Link};
use inkan_pki::secret::Secret;

use crate::services::audit::rows::audit;
use crate::services::enrolment::request::{Status, comparison_code, same};
use crate::services::{Caller, Fault, Refusal, Result, Services};
use crate::store::audit::Actor;
use crate::store::certificates;
use crate::store::id::sha256_hex;
use crate::store::staff_requests::{self, Ground, StaffRequest, State};

/// What the agent is asked to do.
pub(super) fn action(ground: &Ground) -> Action {
    match ground {
        Ground::Handover(_) => Action::Enroll,
        Ground::Renewal(_) => Action::Renew,
    }
}

impl Services {
    /// Puts a request on record; those of the same account that no agent has picked up yet are replaced.
    pub(super) async fn put_staff_request(
        &self,
        staff_id: &str,
        ground: Ground,
        binding: &str,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Status> {
        let periods = self.settings().periods;
        let later = |wait: SignedDuration| now.checked_add(wait).unwrap_or(Timestamp::MAX);
        let new = StaffRequest {
            id: super::new_id()?,
            staff_id: staff_id.to_owned(),
            browser_binding_sha256: sha256_hex(binding.as_bytes()),
            credential_sha256: None,
            comparison_code: comparison_code()?,
            state: State::Created,
            progress: None,
            failure_code: None,
            created_at: now,
            pickup_expires_at: later(periods.pick_up),
            expires_at: later(periods.pick_up + periods.enrolment),
            certificate_id: None,
            ground,
        };
        let mut tx = self.inner.store.begin().await?;
        for old in staff_requests::open_for_staff(&mut tx, staff_id, now).await? {
            if old.state == State::Created {
                let (failed, why) = (State::Failed, Some("request-replaced"));
                staff_requests::finish(&mut tx, &old.id, failed, None, why, now).await?;
            }
        }
        staff_requests::create(&mut tx, &new).await?;
        let actor = Actor::Staff(staff_id.to_owned());
        audit(actor, "staff.certificate-asked", "staff", staff_id)
            .from(caller)
            .detail(json!({ "request": &new.id, "action": action(&new.ground).as_str() }))
            .write(&mut tx, now)
            .await?;
        tx.commit().await?;
        self.staff_request_status(&new.id, binding, now).await
    }

    /// Where a request stands, for the browser that made it.
    ///
    /// # Errors
    /// [`Refusal::RequestUnknown`], also for another browser.
    pub async fn staff_request_status(
        &self,
        id: &str,
        binding: &str,
        now: Timestamp,
    ) -> Result<Status> {
        let request = staff_requests::find(&self.inner.store, id).await?;
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
            action: action(&request.ground),
            bank: self.staff_bank_id()?,
            request: Identifier::new(&*request.id)
                .map_err(|_| Fault::Inconsistent("request id"))?,
        };
        Ok(Status {
            link: link.to_string(),
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

    /// The request, if `credential` is the one handed to the agent for it and its time is not over.
    pub(super) async fn staff_authenticated(
        &self,
        id: &str,
        credential: &Secret,
        now: Timestamp,
    ) -> Result<StaffRequest> {
        let request = staff_requests::find(&self.inner.store, id).await?;
        let given = sha256_hex(credential.expose().as_bytes());
        let known = request
            .as_ref()
            .and_then(|r| r.credential_sha256.as_deref());
        // Compared in any case: an unknown request takes as long as a wrong credential.
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
