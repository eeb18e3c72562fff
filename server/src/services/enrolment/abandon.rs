//! An issue that cannot be finished: the certificate is signed, and its key is lost, or on a token without room for it. The
//! holder of the request gives it up, and the grant is good for another key.
//!
//! Nobody proves that the key is gone, because nothing depends on it: the certificate was never in use and never can be from
//! here on, whoever has its key. Certificate, grant and audit rows change in one transaction.

use jiff::Timestamp;
use serde_json::json;

use inkan_pki::messages::request::GiveUp;
use inkan_pki::secret::Secret;

use super::issuing::entitled;
use crate::services::certificates::lifecycle::Reason;
use crate::services::certificates::lifecycle::transitions::{self, Ending};
use crate::services::command::Outcome;
use crate::services::step::Step;
use crate::services::{Caller, Fault, Refusal, RequestContext, Result, Services};
use crate::store::certificates::{self, State};
use crate::store::requests::{self, EnrolmentRequest};
use crate::store::{Tx, grants, users};

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
        request_id: &str,
        credential: &Secret,
        what: &GiveUp,
        caller: Caller,
        now: Timestamp,
    ) -> Result<()> {
        let request = self.authenticated(request_id, credential, now).await?;
        let context = RequestContext::agent(&request.id, caller, now);
        let command = context.command("certificate.given-up", ("request", &request.id));
        let accounts = self.accounts();
        let given_up = accounts.execute(command, async |tx| {
            give_up(tx, &context, &request, what).await
        });
        if given_up.await? {
            self.inner.step.reached(Step::GivenUp);
        }
        Ok(())
    }
}

/// False where it was given up before, and the answer was lost.
async fn give_up(
    tx: &mut Tx,
    context: &RequestContext,
    request: &EnrolmentRequest,
    what: &GiveUp,
) -> Result<Outcome<bool>> {
    let now = context.now;
    if request.state != requests::State::PickedUp {
        return Err(Refusal::RequestClosed.into());
    }
    let grant_id = request.grant_id.as_deref();
    let grant_id = grant_id.ok_or(Refusal::CredentialInvalid)?;
    let user = users::find(&mut *tx, &request.user_id).await?;
    let user = user.ok_or(Fault::Inconsistent("request without user"))?;
    entitled(&mut *tx, &user, false).await?;
    let row = certificates::by_serial(&mut *tx, &what.serial).await?;
    let own = row.filter(|row| row.grant_id.as_deref() == Some(grant_id));
    let row = own.ok_or(Refusal::KeyMismatch)?;
    match row.state {
        State::Intent | State::Issued => {}
        _ if row.activated_at.is_some() => return Err(Refusal::CertificateActive.into()),
        State::Revoked | State::Abandoned => return Ok(Outcome::recorded(false)),
        State::Active | State::Suspended | State::Superseded => {
            return Err(Refusal::RequestClosed.into());
        }
    }
    let open = requests::open_for_user(&mut *tx, &user.id, now).await?;
    let another =
        |one: &EnrolmentRequest| one.state == requests::State::PickedUp && one.id != request.id;
    if open.iter().any(another) {
        return Err(Refusal::IssueUnderWay.into());
    }
    if certificates::given_up(&mut *tx, grant_id).await? >= MOST {
        return Err(Refusal::IssueGivenUpTooOften.into());
    }
    let ending = Ending {
        context,
        reason: Reason::CessationOfOperation,
        note: what.reason.as_str(),
    };
    transitions::give_up(tx, &row, &ending).await?;
    if !grants::reopen(tx, grant_id, now).await? {
        return Err(Refusal::GrantMissing.into());
    }
    let done = Outcome::done(true).action("grant.reopened");
    let done = done.to("grant", grant_id);
    Ok(done.detail(json!({ "serial": row.serial, "why": what.reason.as_str() })))
}
