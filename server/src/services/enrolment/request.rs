//! A page's request for a certificate, picked up once by the agent.
//!
//! The page's browser is bound by its session; the agent gets a credential that is good for this request only.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use subtle::ConstantTimeEq;

use inkan_pki::messages::identifier::Identifier;
use inkan_pki::messages::link::{Action, Link};
use inkan_pki::messages::request::{
    AccountType, BankName, PickedUp, Progress, ProgressStep, Resume,
};
use inkan_pki::secret::Secret;
use inkan_pki::x509::fingerprint::sha256_hex;

use crate::services::audit::rows::audit;
use crate::services::authentication::login::with_acquisition::is_proved;
use crate::services::certificates::lifecycle;
use crate::services::command::Outcome;
use crate::services::step::Step;
use crate::services::{Caller, Fault, Refusal, RequestContext, Result, Services};
use crate::store::audit::Actor;
use crate::store::certificates::{self, Certificate};
use crate::store::requests::{self, EnrolmentRequest, State};
use crate::store::users::User;
use crate::store::{contracts, grants, id, sessions, users};

/// A request as its page sees it.
#[derive(Debug, Clone)]
pub struct Status {
    /// Id, part of the link.
    pub id: String,
    /// The link that starts the agent.
    pub link: String,
    /// Shown by page and agent: the customer compares.
    pub comparison_code: String,
    /// Where it stands; one past its time is `Failed` with `request-expired`.
    pub state: State,
    /// The agent's last word ([`ProgressStep`]).
    pub progress: Option<String>,
    /// Why it failed.
    pub failure_code: Option<String>,
    /// The certificate, once it is active.
    pub certificate: Option<Certificate>,
    /// By when the next thing has to happen: picking up, then the rest.
    pub deadline: Timestamp,
}

impl Services {
    /// Makes a request for `user_id`, bound to the browser whose session token has digest `binding`.
    /// Requests of the same user that no agent has picked up yet are replaced.
    ///
    /// # Errors
    /// [`Refusal::OutOfOrder`] where 証明書取得用パスワード is asked for and was not given in this session for this grant;
    /// [`Refusal::GrantMissing`] without an approved application (R2), [`Refusal::CertificateActive`] when the user
    /// has a certificate that was not revoked (D1).
    pub async fn create_request(
        &self,
        user_id: &str,
        binding: &str,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Status> {
        let context = RequestContext::user(user_id, caller, now);
        let command = context.command("request.created", ("user", user_id));
        let accounts = self.accounts();
        let created = accounts.execute(command, async |tx| {
            let user = users::find(&mut *tx, user_id).await?;
            let user = user.ok_or(Refusal::SessionEnded)?;
            let grant_id = self.grant_for(tx, &user, caller, now).await?;
            if self.settings().passwords.acquisition {
                let session = sessions::find(&mut *tx, binding).await?;
                let data = session.map(|session| session.data).unwrap_or_default();
                if !is_proved(&data, &grant_id) {
                    return Err(Refusal::OutOfOrder.into());
                }
            }
            let (action, grant) = (requests::Action::Enroll, Some(grant_id));
            let made = self.put_request(tx, user_id, action, grant, binding, caller, now);
            Ok(Outcome::recorded(made.await?))
        });
        let id = created.await?;
        self.request_status(&id, binding, now).await
    }

    /// Puts a request on record; those of the same user that no agent has picked up yet are replaced. Answers its id.
    #[allow(clippy::too_many_arguments, reason = "each is a fact of the row")]
    pub(in crate::services) async fn put_request(
        &self,
        tx: &mut crate::store::Tx,
        user_id: &str,
        action: requests::Action,
        grant_id: Option<String>,
        binding: &str,
        caller: Caller,
        now: Timestamp,
    ) -> Result<String> {
        let periods = self.settings().periods;
        for old in requests::open_for_user(&mut *tx, user_id, now).await? {
            if old.state == State::Created {
                requests::finish(
                    tx,
                    &old.id,
                    State::Failed,
                    None,
                    Some("request-replaced"),
                    now,
                )
                .await?;
            }
        }
        let id = id::new_id()?;
        let later = |wait: SignedDuration| now.checked_add(wait).unwrap_or(Timestamp::MAX);
        let new = requests::NewRequest {
            id: id.clone(),
            user_id: user_id.to_owned(),
            action,
            grant_id,
            browser_binding_sha256: sha256_hex(binding.as_bytes()),
            comparison_code: comparison_code()?,
            created_at: now,
            pickup_expires_at: later(periods.pick_up),
            expires_at: later(periods.pick_up + periods.enrolment),
        };
        requests::create(tx, &new).await?;
        audit(
            Actor::User(user_id.to_owned()),
            "request.created",
            "request",
            &id,
        )
        .from(caller)
        .write(tx, now)
        .await?;
        Ok(id)
    }

    /// The grant a new request depends on: that of an issue which broke off, else an open one of this user's.
    async fn grant_for(
        &self,
        tx: &mut crate::store::Tx,
        user: &User,
        caller: Caller,
        now: Timestamp,
    ) -> Result<String> {
        let contract = contracts::find(&mut *tx, &user.contract_id).await?;
        let contract = contract.ok_or(Fault::Inconsistent("user without contract"))?;
        if contract.status != contracts::Status::Active {
            return Err(Refusal::ContractCancelled.into());
        }
        lifecycle::lapse_expired(tx, &user.id, caller, now).await?;
        let pending = certificates::pending_for_user(&mut *tx, &user.id).await?;
        if let Some(grant) = pending.as_ref().and_then(|row| row.grant_id.clone()) {
            return Ok(grant);
        }
        if lifecycle::in_the_way(tx, &user.id).await?.is_some() {
            return Err(Refusal::CertificateActive.into());
        }
        let open = grants::open_for_user(&mut *tx, &user.id, &user.contract_id, now).await?;
        let grant = open.ok_or(Refusal::GrantMissing)?;
        if let Some(forgotten) = pending {
            super::renewal::forget(tx, &forgotten, caller, now).await?;
        }
        Ok(grant.id)
    }

    /// Where a request stands, for the browser that made it and no other.
    ///
    /// # Errors
    /// [`Refusal::RequestUnknown`], also for another browser's.
    pub async fn request_status(&self, id: &str, binding: &str, now: Timestamp) -> Result<Status> {
        let request = requests::find(&self.inner.store, id)
            .await?
            .ok_or(Refusal::RequestUnknown)?;
        let given = sha256_hex(binding.as_bytes());
        if !same(&given, &request.browser_binding_sha256) {
            return Err(Refusal::RequestUnknown.into());
        }
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
        let bank = self.settings().bank.id.clone();
        let link = Link {
            action: asked(request.action),
            bank: Identifier::new(bank).map_err(|_| Fault::Inconsistent("bank id"))?,
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

    /// Hands a request to the agent, once; the credential in the answer is given this once only.
    ///
    /// # Errors
    /// [`Refusal::RequestUnknown`], [`Refusal::RequestUsed`], [`Refusal::RequestExpired`].
    pub async fn pick_up(
        &self,
        id: &str,
        agent: &str,
        caller: Caller,
        now: Timestamp,
    ) -> Result<PickedUp> {
        let request = requests::find(&self.inner.store, id)
            .await?
            .ok_or(Refusal::RequestUnknown)?;
        let credential = random_credential()?;
        let mut tx = self.inner.store.begin().await?;
        let digest = sha256_hex(credential.expose().as_bytes());
        let entry = audit(
            Actor::Agent(id.to_owned()),
            "request.picked-up",
            "request",
            id,
        )
        .from(caller);
        if !requests::pick_up(&mut tx, id, &digest, now).await? {
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
            .detail(json!({ "agent": clip(agent) }))
            .write(&mut tx, now)
            .await?;
        let answer = self.describe(&mut tx, request, credential).await?;
        tx.commit().await?;
        self.inner.step.reached(Step::PickedUp);
        Ok(answer)
    }

    pub(in crate::services) async fn describe(
        &self,
        tx: &mut crate::store::Tx,
        request: EnrolmentRequest,
        credential: Secret,
    ) -> Result<PickedUp> {
        let user = users::find(&mut *tx, &request.user_id).await?;
        let user = user.ok_or(Fault::Inconsistent("request without user"))?;
        let contract = contracts::find(&mut *tx, &user.contract_id).await?;
        let contract = contract.ok_or(Fault::Inconsistent("user without contract"))?;
        let pending = certificates::pending_for_user(&mut *tx, &user.id).await?;
        let bank = &self.settings().bank;
        Ok(PickedUp {
            request: Identifier::new(request.id).map_err(|_| Fault::Inconsistent("request id"))?,
            action: asked(request.action),
            bank: BankName {
                id: Identifier::new(&*bank.id).map_err(|_| Fault::Inconsistent("bank id"))?,
                name: bank.name_ja.clone(),
            },
            company: contract.company_name,
            branch: contract.branch,
            account_type: match contract.account_type {
                contracts::AccountType::Ordinary => AccountType::Ordinary,
                contracts::AccountType::Current => AccountType::Current,
            },
            account: contract.account,
            login_id: user.login_id,
            user_name: user.name,
            staff: None,
            requested_at: request.created_at,
            expires_at: request.expires_at,
            comparison_code: request.comparison_code,
            key_algorithms: self.settings().key_algorithms.clone(),
            credential,
            resume: pending.map(|c| Resume {
                spki_sha256: c.spki_sha256,
                serial: c.serial,
            }),
        })
    }

    /// The agent says how far it is. A failure ends the request; where a certificate was signed for it, the customer
    /// continues with a new request and the same key.
    ///
    /// # Errors
    /// [`Refusal::CredentialInvalid`].
    pub async fn progress(
        &self,
        id: &str,
        credential: &Secret,
        progress: &Progress,
        caller: Caller,
        now: Timestamp,
    ) -> Result<()> {
        self.authenticated(id, credential, now).await?;
        let mut tx = self.inner.store.begin().await?;
        if progress.step == ProgressStep::Failed {
            let code = progress
                .code
                .as_ref()
                .map_or("agent-failed", Identifier::as_str);
            if requests::finish(&mut tx, id, State::Failed, None, Some(code), now).await? {
                audit(Actor::Agent(id.to_owned()), "request.failed", "request", id)
                    .from(caller)
                    .detail(json!({ "agent-code": code }))
                    .write(&mut tx, now)
                    .await?;
            }
        } else {
            requests::set_progress(&mut tx, id, progress.step.as_str()).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// The request, if `credential` is the one handed out for it and its time is not over.
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

fn asked(action: requests::Action) -> Action {
    match action {
        requests::Action::Enroll => Action::Enroll,
        requests::Action::Renew => Action::Renew,
    }
}

pub(in crate::services) fn same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

/// 256 random bits, URL-safe.
pub(in crate::services) fn random_credential() -> Result<Secret> {
    use base64::Engine;
    let mut bytes = zeroize::Zeroizing::new([0u8; 32]);
    getrandom::fill(&mut *bytes).map_err(Fault::Random)?;
    Ok(Secret::new(
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(*bytes),
    ))
}

/// Six digits in two groups: long enough to compare, short enough to read aloud.
pub(in crate::services) fn comparison_code() -> Result<String> {
    const CODES: u32 = 1_000_000;
    let mut bytes = [0u8; 4];
    loop {
        getrandom::fill(&mut bytes).map_err(Fault::Random)?;
        let number = u32::from_be_bytes(bytes);
        // Drop the uneven end of the range, so that each code is as likely as any other.
        if number < u32::MAX - u32::MAX % CODES {
            let code = number % CODES;
            return Ok(format!("{:03}-{:03}", code / 1000, code % 1000));
        }
    }
}

/// A peer's text cut to a size fit for a log.
pub(in crate::services) fn clip(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(64).collect()
}
