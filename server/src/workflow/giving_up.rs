//! An issue that cannot be finished: the certificate is signed, and its key is lost, or on a token without room for it. The
//! holder of the request gives it up, and the grant is good for another key.
//!
//! Nobody proves that the key is gone, because nothing depends on it: the certificate was never in use and never can be from
//! here on, whoever has its key. Certificate, grant and audit rows change in one transaction.

use jiff::Timestamp;
use serde_json::json;

use inkan_pki::messages::request::GiveUp;
use inkan_pki::secret::Secret;

use super::audited::audit;
use super::issuing::entitled;
use super::life::Reason;
use super::life::inside::{self, Ending};
use super::step::Step;
use super::{Caller, Error, Fault, Refusal, Result, Workflows};
use crate::store::audit::Actor;
use crate::store::certificates::{self, State};
use crate::store::requests::{self, EnrolmentRequest};
use crate::store::{grants, users};

/// How often one grant can be begun anew: who needs more has another trouble.
const MOST: i64 = 4;

impl Workflows {
    /// Gives up the certificate on its way that `what` names, of the grant of this request. Asked again, it answers the same.
    ///
    /// # Errors
    /// [`Refusal::CredentialInvalid`], [`Refusal::RequestExpired`], [`Refusal::RequestClosed`];
    /// [`Refusal::KeyMismatch`] for another certificate than this grant's, [`Refusal::CertificateActive`] for one that came into use;
    /// [`Refusal::IssueUnderWay`] while another agent may be at work with it; [`Refusal::IssueGivenUpTooOften`];
    /// [`Refusal::GrantMissing`] when the time of the grant is over.
    pub async fn give_up_issue(
        &self,
        request_id: &str,
        credential: &Secret,
        what: &GiveUp,
        caller: Caller,
        now: Timestamp,
    ) -> Result<()> {
        let request = self.authenticated(request_id, credential, now).await?;
        match self.try_give_up(&request, what, caller, now).await {
            Err(Error::Refused(refusal)) => {
                let actor = Actor::Agent(request.id.clone());
                let entry = audit(actor, "certificate.given-up", "request", &request.id);
                self.record_refusal(entry.from(caller).refused(&refusal), now)
                    .await?;
                Err(refusal.into())
            }
            other => other,
        }
    }

    async fn try_give_up(
        &self,
        request: &EnrolmentRequest,
        what: &GiveUp,
        caller: Caller,
        now: Timestamp,
    ) -> Result<()> {
        if request.state != requests::State::PickedUp {
            return Err(Refusal::RequestClosed.into());
        }
        let grant_id = request.grant_id.as_deref();
        let grant_id = grant_id.ok_or(Refusal::CredentialInvalid)?;
        let mut tx = self.inner.store.begin().await?;
        let user = users::find(&mut tx, &request.user_id).await?;
        let user = user.ok_or(Fault::Inconsistent("request without user"))?;
        entitled(&mut tx, &user, false).await?;
        let row = certificates::by_serial(&mut tx, &what.serial).await?;
        let own = row.filter(|row| row.grant_id.as_deref() == Some(grant_id));
        let row = own.ok_or(Refusal::KeyMismatch)?;
        match row.state {
            State::Intent | State::Issued => {}
            _ if row.activated_at.is_some() => return Err(Refusal::CertificateActive.into()),
            // Before, and the answer was lost.
            State::Revoked | State::Abandoned => return Ok(()),
            State::Active | State::Suspended | State::Superseded => {
                return Err(Refusal::RequestClosed.into());
            }
        }
        let open = requests::open_for_user(&mut tx, &user.id, now).await?;
        let another =
            |one: &EnrolmentRequest| one.state == requests::State::PickedUp && one.id != request.id;
        if open.iter().any(another) {
            return Err(Refusal::IssueUnderWay.into());
        }
        if certificates::given_up(&mut tx, grant_id).await? >= MOST {
            return Err(Refusal::IssueGivenUpTooOften.into());
        }
        let actor = Actor::Agent(request.id.clone());
        let ending = Ending {
            actor: actor.clone(),
            reason: Reason::CessationOfOperation,
            note: what.reason.as_str(),
            caller,
            now,
        };
        inside::give_up(&mut tx, &row, &ending).await?;
        if !grants::reopen(&mut tx, grant_id, now).await? {
            tx.rollback().await?;
            return Err(Refusal::GrantMissing.into());
        }
        audit(actor, "grant.reopened", "grant", grant_id)
            .from(caller)
            .detail(json!({ "serial": row.serial, "why": what.reason.as_str() }))
            .write(&mut tx, now)
            .await?;
        tx.commit().await?;
        self.inner.step.reached(Step::GivenUp);
        self.status_changed().await;
        Ok(())
    }
}
