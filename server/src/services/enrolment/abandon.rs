//! An issue that cannot be finished: the certificate is signed, and its key is lost, or on a token without room for it. The
//! holder of the request gives it up, and the grant is good for another key.
//!
//! Nobody proves that the key is gone, because nothing depends on it: the certificate was never in use and never can be from
//! here on, whoever has its key. Certificate, grant and audit rows change in one transaction.

use inkan_pki::messages::request::GiveUp;
use inkan_pki::secret::Secret;
use serde_json::json;

use super::{Authorization, Holder};
use crate::services::certificates::lifecycle::Reason;
use crate::services::certificates::lifecycle::transitions::{self, Ending};
use crate::services::command::Outcome;
use crate::services::step::Step;
use crate::services::{Refusal, RequestContext, Result, Services};
use crate::store::audit::Actor;
use crate::store::certificates::{self, State};
use crate::store::enrolment_requests::{self as requests, EnrolmentRequest};
use crate::store::{Tx, grants};

/// How often one grant can be begun anew: who needs more has another problem.
const MOST: i64 = 4;

impl Services {
    /// Gives up the certificate on its way that `what` names, of the grant of this request. Asked again, it answers the same.
    ///
    /// # Errors
    /// [`Refusal::CredentialInvalid`], [`Refusal::RequestExpired`], [`Refusal::RequestClosed`];
    /// [`Refusal::KeyMismatch`] for another certificate than this grant's, [`Refusal::CertificateActive`] for one that came into use;
    /// [`Refusal::IssueUnderWay`] while another agent may be at work with it; [`Refusal::IssueGivenUpTooOften`];
    /// [`Refusal::GrantMissing`] when the time of the grant is over.
    pub async fn give_up_issue(
        &self,
        context: &RequestContext,
        request_id: &str,
        credential: &Secret,
        what: &GiveUp,
    ) -> Result<()> {
        let request = self.authenticated(request_id, credential, context.now);
        let request = request.await?;
        let context = context.by(Actor::Agent(request.id.clone()));
        let command = context.command("certificate.given-up", ("request", &request.id));
        let accounts = self.accounts();
        let given_up = accounts.execute(command, async |tx| {
            let given_up = give_up(tx, &context, &request, what).await?;
            Ok(Outcome::recorded(given_up))
        });
        if given_up.await? {
            self.inner.step.reached(Step::GivenUp);
        }
        Ok(())
    }
}

/// False when it was given up before, and the answer was lost.
async fn give_up(
    tx: &mut Tx,
    context: &RequestContext,
    request: &EnrolmentRequest,
    what: &GiveUp,
) -> Result<bool> {
    if request.state != requests::State::PickedUp {
        return Err(Refusal::RequestClosed.into());
    }
    // For staff there are new halves instead, for a renewal another successor.
    let Authorization::Grant(grant_id) = &request.authorization else {
        return Err(Refusal::CredentialInvalid.into());
    };
    let holder = Holder::find(&mut *tx, &request.subject).await?;
    holder.entitled(&mut *tx, false).await?;
    let row = certificates::by_serial(&mut *tx, &what.serial).await?;
    let own = row.filter(|row| row.grant_id.as_ref() == Some(grant_id));
    let row = own.ok_or(Refusal::KeyMismatch)?;
    match row.state {
        State::Intent | State::Issued => {}
        _ if row.activated_at.is_some() => return Err(Refusal::CertificateActive.into()),
        State::Revoked | State::Abandoned => return Ok(false),
        State::Active | State::Suspended | State::Superseded => {
            return Err(Refusal::RequestClosed.into());
        }
    }
    let open = requests::open_for(&mut *tx, &request.subject, context.now).await?;
    let another =
        |one: &EnrolmentRequest| one.state == requests::State::PickedUp && one.id != request.id;
    if open.iter().any(another) {
        return Err(Refusal::IssueUnderWay.into());
    }
    if certificates::given_up(&mut *tx, grant_id).await? >= MOST {
        return Err(Refusal::IssueGivenUpTooOften.into());
    }
    let why = what.reason.as_str();
    let ending = Ending {
        context,
        reason: Reason::CessationOfOperation,
        note: why,
    };
    transitions::give_up(tx, &row, &ending).await?;
    if !grants::reopen(tx, grant_id, context.now).await? {
        return Err(Refusal::GrantMissing.into());
    }
    let entry = context.audit("grant.reopened", ("grant", grant_id));
    let detail = json!({ "serial": row.serial, "why": why });
    entry.detail(detail).write(tx).await?;
    Ok(true)
}
