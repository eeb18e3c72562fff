//! Gives up an issue that cannot be finished: the certificate is signed, but its key is lost, or is on a token without
//! space for it. The holder of the request gives it up, and the grant can be used for another key.
//!
//! The loss of the key is not proved, because nothing depends on it: the certificate was never in use and can never
//! come into use afterwards, even if the key is found. Certificate, grant and audit rows change in one transaction.

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
use crate::store::audit::AuditAction;
use crate::store::certificates::{self, State};
use crate::store::enrolment_requests::{self as requests, EnrolmentRequest};
use crate::store::{Tx, grants};

/// How often an issue can be given up under one grant; after that the branch must help.
const MOST: i64 = 4;

impl Services {
    /// Gives up the pending certificate that `what` names, under the grant of this request. A repeated call returns the
    /// same.
    ///
    /// # Errors
    /// [`Refusal::CredentialInvalid`], [`Refusal::RequestExpired`], [`Refusal::RequestClosed`];
    /// [`Refusal::KeyMismatch`] if the certificate is not of this grant, [`Refusal::CertificateActive`] if it is in
    /// use; [`Refusal::IssueUnderWay`] while another agent may be at work with it; [`Refusal::IssueGivenUpTooOften`];
    /// [`Refusal::GrantMissing`] if the grant has lapsed.
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
        let command = context.command(AuditAction::CertificateGivenUp, ("request", &request.id));
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

/// False if it had been given up before, and the response was lost.
async fn give_up(
    tx: &mut Tx,
    context: &RequestContext,
    request: &EnrolmentRequest,
    what: &GiveUp,
) -> Result<bool> {
    if request.state != requests::State::PickedUp {
        return Err(Refusal::RequestClosed.into());
    }
    // Staff get a new activation code instead, a renewal another successor.
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
    let entry = context.audit(AuditAction::GrantReopened, ("grant", grant_id));
    let detail = json!({ "serial": row.serial, "why": why });
    entry.detail(detail).write(tx).await?;
    Ok(true)
}
