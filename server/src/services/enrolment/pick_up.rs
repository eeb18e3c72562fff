//! The agent picks up a request, once, and reports its progress.

use inkan_pki::messages::identifier::Identifier;
use inkan_pki::messages::request::{
    AccountType, BankName, PickedUp, Progress, ProgressStep, Resume,
};
use inkan_pki::secret::Secret;
use serde_json::{Value, json};

use super::{Authorization, Holder, action};
use crate::services::command::Outcome;
use crate::services::credentials::{clip, random_credential};
use crate::services::staff::activation_code::digest as code_digest;
use crate::services::step::Step;
use crate::services::{Fault, Refusal, RequestContext, Result, Services};
use crate::store::audit::Actor;
use crate::store::audit::AuditAction;
use crate::store::certificates::{self, Certificate};
use crate::store::enrolment_requests::{self as requests, EnrolmentRequest, Outcome as End, State};
use crate::store::id::sha256_hex;
use crate::store::{Tx, activation_codes};

const PICKED_UP: AuditAction = AuditAction::RequestPickedUp;

impl Services {
    /// Hands a request to the agent, once; only this response contains the credential.
    ///
    /// # Errors
    /// [`Refusal::RequestUnknown`], [`Refusal::RequestUsed`], [`Refusal::RequestExpired`].
    pub async fn pick_up(
        &self,
        context: &RequestContext,
        id: &str,
        agent: &str,
    ) -> Result<PickedUp> {
        let request = requests::find(&self.inner.store, id).await?;
        let request = request.ok_or(Refusal::RequestUnknown)?;
        let context = context.by(Actor::Agent(id.to_owned()));
        let command = context.command(PICKED_UP, ("request", id));
        let accounts = self.accounts();
        let answer = accounts.execute(command, async |tx| {
            let mut detail = json!({ "agent": clip(agent) });
            if let Some(staff_id) = request.subject.staff_id() {
                detail["staff"] = Value::from(staff_id);
            }
            let answer = self.hand_request_over(&context, tx, request).await?;
            Ok(Outcome::done(answer).detail(detail))
        });
        let answer = answer.await?;
        self.inner.step.reached(Step::PickedUp);
        Ok(answer)
    }

    /// As [`Self::pick_up`], in the transaction that creates the request, for the agent alone.
    pub(super) async fn pick_up_at_once(
        &self,
        context: &RequestContext,
        tx: &mut Tx,
        id: &str,
        agent: &str,
    ) -> Result<PickedUp> {
        let request = requests::find(&mut *tx, id).await?;
        let request =
            request.ok_or(Fault::Inconsistent("a request of this transaction is gone"))?;
        let answer = self.hand_request_over(context, tx, request).await?;
        context
            .by(Actor::Agent(id.to_owned()))
            .audit(PICKED_UP, ("request", id))
            .detail(json!({ "agent": clip(agent), "page": false }))
            .write(tx)
            .await?;
        Ok(answer)
    }

    async fn hand_request_over(
        &self,
        context: &RequestContext,
        tx: &mut Tx,
        request: EnrolmentRequest,
    ) -> Result<PickedUp> {
        let credential = random_credential()?;
        let digest = sha256_hex(credential.expose().as_bytes());
        if !requests::pick_up(tx, &request.id, &digest, context.now).await? {
            let late = request.state == State::Created && context.now >= request.pickup_expires_at;
            return Err(match late {
                true => Refusal::RequestExpired.into(),
                false => Refusal::RequestUsed.into(),
            });
        }
        self.describe(tx, request, credential).await
    }

    async fn describe(
        &self,
        tx: &mut Tx,
        request: EnrolmentRequest,
        credential: Secret,
    ) -> Result<PickedUp> {
        let holder = Holder::find(&mut *tx, &request.subject).await?;
        let begun = begun(tx, &request).await?;
        let answer = PickedUp {
            request: Identifier::new(request.id).map_err(|_| Fault::Inconsistent("request id"))?,
            action: action(&request.authorization),
            bank: BankName {
                id: self.bank_id(&request.subject)?,
                name: self.settings().bank.name_ja.clone(),
            },
            company: String::new(),
            branch: String::new(),
            account_type: AccountType::Ordinary,
            account: String::new(),
            login_id: String::new(),
            user_name: String::new(),
            staff: None,
            requested_at: request.created_at,
            expires_at: request.expires_at,
            comparison_code: request.comparison_code,
            key_algorithms: self.settings().key_algorithms.clone(),
            credential,
            resume: begun.map(|c| Resume {
                spki_sha256: c.spki_sha256,
                serial: c.serial,
            }),
        };
        holder.describe(tx, answer).await
    }

    /// Notes the agent's progress. A failure ends the request; if a certificate was signed for it, a new request
    /// continues with the same key.
    ///
    /// # Errors
    /// [`Refusal::CredentialInvalid`], [`Refusal::RequestExpired`].
    pub async fn progress(
        &self,
        context: &RequestContext,
        id: &str,
        credential: &Secret,
        progress: &Progress,
    ) -> Result<()> {
        self.authenticated(id, credential, context.now).await?;
        let context = context.by(Actor::Agent(id.to_owned()));
        let command = context.command(AuditAction::RequestFailed, ("request", id));
        let accounts = self.accounts();
        let noted = accounts.execute(command, async |tx| {
            if progress.step != ProgressStep::Failed {
                requests::set_progress(tx, id, progress.step.as_str()).await?;
                return Ok(Outcome::recorded(()));
            }
            let code = progress.code.as_ref();
            let code = code.map_or("agent-failed", Identifier::as_str);
            if !requests::finish(tx, id, End::Failed(code), context.now).await? {
                return Ok(Outcome::recorded(()));
            }
            Ok(Outcome::done(()).detail(json!({ "agent-code": code })))
        });
        noted.await
    }
}

/// The certificate whose key alone can continue: recorded under the same authorization, and not in use.
async fn begun(tx: &mut Tx, request: &EnrolmentRequest) -> Result<Option<Certificate>> {
    let rows = certificates::list_for(&mut *tx, &request.subject).await?;
    let mut pending = rows.into_iter().filter(Certificate::is_pending);
    Ok(match &request.authorization {
        Authorization::Grant(grant) => pending.find(|row| row.grant_id.as_ref() == Some(grant)),
        Authorization::Certificate(old) => pending.find(|row| row.replaces.as_ref() == Some(old)),
        Authorization::ActivationCode(digest) => {
            let known = activation_codes::find(&mut *tx, request.subject.id()).await?;
            let used = known
                .filter(|one| code_digest(one).as_ref() == Some(digest) && one.used_at.is_some());
            used.and_then(|_| pending.find(|row| row.replaces.is_none()))
        }
    })
}
