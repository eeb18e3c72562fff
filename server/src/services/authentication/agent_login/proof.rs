//! The agent's side: picking up a login, once, and proving a certificate for it.

use inkan_pki::messages::identifier::Identifier;
use inkan_pki::messages::link::Action;
use inkan_pki::messages::login::{LoginPickedUp, Proved};
use inkan_pki::messages::request::{BankName, Progress, ProgressStep};
use inkan_pki::secret::Secret;
use jiff::Timestamp;
use serde_json::json;

use super::{CODE, PROOF, later};
use crate::services::account_service::AccountService;
use crate::services::authentication::login::Registered;
use crate::services::command::Outcome;
use crate::services::credentials::{clip, random_credential, same};
use crate::services::{Error, Fault, Refusal, RequestContext, Result};
use crate::store::agent_logins::{self, AgentLogin, State};
use crate::store::audit::AuditAction;
use crate::store::id::sha256_hex;

const SUBJECT: &str = "agent-login";

impl AccountService<'_> {
    /// Marks a login as picked up by an agent, once. The user is not known yet: the response contains nothing about any
    /// customer.
    ///
    /// # Errors
    /// [`Refusal::RequestUnknown`], [`Refusal::RequestUsed`], [`Refusal::RequestExpired`].
    pub async fn pick_up_agent_login(
        &self,
        context: &RequestContext,
        id: &str,
        agent: &str,
    ) -> Result<LoginPickedUp> {
        let now = context.now;
        let login = agent_logins::find(self.store, id).await?;
        let login = login.ok_or(Refusal::RequestUnknown)?;
        let credential = random_credential()?;
        let digest = sha256_hex(credential.expose().as_bytes());
        let expires_at = later(now, PROOF);
        let command = context.command(AuditAction::AgentLoginPickedUp, (SUBJECT, id));
        let picked_up = self.execute(command, async |tx| {
            if agent_logins::pick_up(tx, id, &digest, now, expires_at).await? {
                return Ok(Outcome::done(()).detail(json!({ "agent": clip(agent) })));
            }
            let late = login.state == State::Created && now >= login.deadline;
            Err(match late {
                true => Refusal::RequestExpired.into(),
                false => Refusal::RequestUsed.into(),
            })
        });
        picked_up.await?;
        let bank = &self.settings.bank;
        Ok(LoginPickedUp {
            request: Identifier::new(login.id).map_err(|_| Fault::Inconsistent("login id"))?,
            action: Action::Login,
            bank: BankName {
                id: Identifier::new(&*bank.id).map_err(|_| Fault::Inconsistent("bank id"))?,
                name: bank.name_ja.clone(),
            },
            requested_at: login.created_at,
            expires_at,
            comparison_code: login.comparison_code,
            credential,
        })
    }

    /// Records the agent's progress; a failure ends the login.
    ///
    /// # Errors
    /// [`Refusal::CredentialInvalid`], [`Refusal::RequestExpired`].
    pub async fn agent_login_progress(
        &self,
        context: &RequestContext,
        id: &str,
        credential: &Secret,
        progress: &Progress,
    ) -> Result<()> {
        let now = context.now;
        self.in_agents_hands(id, credential, now).await?;
        let command = context.command(AuditAction::AgentLoginFailed, (SUBJECT, id));
        let noted = self.execute(command, async |tx| {
            if progress.step != ProgressStep::Failed {
                agent_logins::set_progress(tx, id, progress.step.as_str()).await?;
                return Ok(Outcome::recorded(()));
            }
            let code = progress.code.as_ref();
            let code = code.map_or("agent-failed", Identifier::as_str);
            Ok(match agent_logins::fail(tx, id, code, now).await? {
                true => Outcome::done(()).detail(json!({ "agent-code": code })),
                false => Outcome::recorded(()),
            })
        });
        noted.await
    }

    /// The agent presents a certificate (DER) on a connection that only its key can open, and gets the code. If it
    /// repeats this with the same certificate (the response was lost), it gets a new code, and the earlier one becomes
    /// invalid.
    ///
    /// # Errors
    /// [`Refusal::CredentialInvalid`], [`Refusal::RequestExpired`], [`Refusal::RequestClosed`], and
    /// [`Refusal::Certificate`], which ends the login.
    pub async fn prove_agent_login(
        &self,
        context: &RequestContext,
        id: &str,
        credential: &Secret,
        presented: &[u8],
    ) -> Result<Proved> {
        let now = context.now;
        self.in_agents_hands(id, credential, now).await?;
        let command = context.command(AuditAction::AgentLoginProved, (SUBJECT, id));
        let registered = match self.registered(presented, context.caller, now).await {
            Err(Error::Refused(refusal)) => {
                let failed = self.execute(command, async |tx| {
                    agent_logins::fail(tx, id, refusal.code(), now).await?;
                    Ok(Outcome::refused(refusal))
                });
                return failed.await;
            }
            other => other?,
        };
        let Registered {
            certificate, user, ..
        } = registered;
        let code = random_credential()?;
        let digest = sha256_hex(code.expose().as_bytes());
        let expires_at = later(now, CODE);
        let proved = self.execute(command, async |tx| {
            if !agent_logins::prove(tx, id, &certificate.id, &digest, now, expires_at).await? {
                return Err(Refusal::RequestClosed.into());
            }
            let stored = agent_logins::find(&mut *tx, id).await?;
            let proved = Proved {
                code,
                expires_at: stored.map_or(expires_at, |login| login.deadline),
            };
            let detail = json!({ "certificate": certificate.id, "user": user.id });
            Ok(Outcome::done(proved).detail(detail))
        });
        proved.await
    }

    /// The login, if `credential` belongs to it and its deadline has not passed.
    async fn in_agents_hands(
        &self,
        id: &str,
        credential: &Secret,
        now: Timestamp,
    ) -> Result<AgentLogin> {
        let login = agent_logins::find(self.store, id).await?;
        let given = sha256_hex(credential.expose().as_bytes());
        let known = login.as_ref().and_then(|l| l.credential_sha256.as_deref());
        // Always compared: an unknown login takes as long as a wrong credential.
        let right = same(&given, known.unwrap_or(&"0".repeat(64)));
        let login = login.filter(|_| right).ok_or(Refusal::CredentialInvalid)?;
        match login.state {
            State::Done | State::Failed => Err(Refusal::RequestClosed.into()),
            _ if now >= login.deadline => Err(Refusal::RequestExpired.into()),
            _ => Ok(login),
        }
    }
}
