//! The agent takes a request up, once, and says how far it is.

use jiff::Timestamp;
use serde_json::json;

use inkan_pki::messages::identifier::Identifier;
use inkan_pki::messages::request::{
    AccountType, BankName, PickedUp, Progress, ProgressStep, Resume, Staff, StaffRole,
};
use inkan_pki::secret::Secret;

use super::request::action;
use crate::services::audit::rows::audit;
use crate::services::enrolment::request::{clip, random_credential};
use crate::services::staff::activation_code::digest as code_digest;
use crate::services::{Caller, Fault, Refusal, Result, Services};
use crate::store::Tx;
use crate::store::activation_codes;
use crate::store::audit::Actor;
use crate::store::certificates::{self, Certificate, State as CertificateState};
use crate::store::id::sha256_hex;
use crate::store::staff::{self, Role};
use crate::store::staff_requests::{self, Ground, StaffRequest, State};

impl Services {
    /// Hands a request to the agent, once; the credential in the answer is given this once only.
    ///
    /// # Errors
    /// [`Refusal::RequestUnknown`], [`Refusal::RequestUsed`], [`Refusal::RequestExpired`].
    pub async fn pick_up_for_staff(
        &self,
        id: &str,
        agent: &str,
        caller: Caller,
        now: Timestamp,
    ) -> Result<PickedUp> {
        let request = staff_requests::find(&self.inner.store, id).await?;
        let request = request.ok_or(Refusal::RequestUnknown)?;
        let credential = random_credential()?;
        let actor = Actor::Agent(id.to_owned());
        let entry = audit(actor, "request.picked-up", "request", id).from(caller);
        let mut tx = self.inner.store.begin().await?;
        let digest = sha256_hex(credential.expose().as_bytes());
        if !staff_requests::pick_up(&mut tx, id, &digest, now).await? {
            tx.rollback().await?;
            let late = request.state == State::Created && now >= request.pickup_expires_at;
            let refusal = if late {
                Refusal::RequestExpired
            } else {
                Refusal::RequestUsed
            };
            self.record_refusal(entry.refused(&refusal), now).await?;
            return Err(refusal.into());
        }
        entry
            .detail(json!({ "agent": clip(agent), "staff": &request.staff_id }))
            .write(&mut tx, now)
            .await?;
        let answer = self
            .describe_for_staff(&mut tx, request, credential)
            .await?;
        tx.commit().await?;
        Ok(answer)
    }

    async fn describe_for_staff(
        &self,
        tx: &mut Tx,
        request: StaffRequest,
        credential: Secret,
    ) -> Result<PickedUp> {
        let member = staff::find(&mut *tx, &request.staff_id).await?;
        let member = member.ok_or(Fault::Inconsistent("request without staff member"))?;
        let begun = begun(tx, &request).await?;
        Ok(PickedUp {
            request: Identifier::new(request.id).map_err(|_| Fault::Inconsistent("request id"))?,
            action: action(&request.ground),
            bank: BankName {
                id: self.staff_bank_id()?,
                name: self.settings().bank.name_ja.clone(),
            },
            company: String::new(),
            branch: String::new(),
            account_type: AccountType::Ordinary,
            account: String::new(),
            login_id: member.employee_number.clone(),
            user_name: String::new(),
            staff: Some(Staff {
                name: member.name,
                number: member.employee_number,
                role: role(member.role),
            }),
            requested_at: request.created_at,
            expires_at: request.expires_at,
            comparison_code: request.comparison_code,
            key_algorithms: self.settings().key_algorithms.clone(),
            credential,
            resume: begun.map(|c| Resume {
                spki_sha256: c.spki_sha256,
                serial: c.serial,
            }),
        })
    }

    /// The agent says how far it is. A failure ends the request.
    ///
    /// # Errors
    /// [`Refusal::CredentialInvalid`].
    pub async fn staff_progress(
        &self,
        id: &str,
        credential: &Secret,
        progress: &Progress,
        caller: Caller,
        now: Timestamp,
    ) -> Result<()> {
        self.staff_authenticated(id, credential, now).await?;
        let mut tx = self.inner.store.begin().await?;
        if progress.step == ProgressStep::Failed {
            let code = progress.code.as_ref();
            let code = code.map_or("agent-failed", Identifier::as_str);
            let failed = State::Failed;
            if staff_requests::finish(&mut tx, id, failed, None, Some(code), now).await? {
                audit(Actor::Agent(id.to_owned()), "request.failed", "request", id)
                    .from(caller)
                    .detail(json!({ "agent-code": code }))
                    .write(&mut tx, now)
                    .await?;
            }
        } else {
            staff_requests::set_progress(&mut tx, id, progress.step.as_str()).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

/// The certificate whose key alone can continue: halves that were used are good for one key, a renewal that was signed for
/// the one that was signed.
async fn begun(tx: &mut Tx, request: &StaffRequest) -> Result<Option<Certificate>> {
    let rows = certificates::list_for_staff(&mut *tx, &request.staff_id).await?;
    let mut waiting = rows.into_iter().filter(on_its_way);
    Ok(match &request.ground {
        Ground::Renewal(old) => waiting.find(|row| row.replaces.as_ref() == Some(old)),
        Ground::Handover(digest) => {
            let known = activation_codes::find(&mut *tx, &request.staff_id).await?;
            let used = known
                .filter(|one| code_digest(one).as_ref() == Some(digest) && one.used_at.is_some());
            used.and_then(|_| waiting.find(|row| row.replaces.is_none()))
        }
    })
}

/// Signed or about to be, and never in use.
pub(super) fn on_its_way(row: &Certificate) -> bool {
    matches!(
        row.state,
        CertificateState::Intent | CertificateState::Issued
    )
}

fn role(role: Role) -> StaffRole {
    match role {
        Role::Teller => StaffRole::Teller,
        Role::Approver => StaffRole::Approver,
        Role::Helpdesk => StaffRole::Helpdesk,
        Role::SecurityOfficer => StaffRole::SecurityOfficer,
        Role::Auditor => StaffRole::Auditor,
    }
}
