//! The agent's side: picking a login up, once, and proving a certificate for it.

use inkan_pki::messages::identifier::Identifier;
use inkan_pki::messages::link::Action;
use inkan_pki::messages::login::{LoginPickedUp, Proved};
use inkan_pki::messages::request::{BankName, Progress, ProgressStep};
use inkan_pki::secret::Secret;
use jiff::Timestamp;
use serde_json::json;

use super::{CODE, PROOF, later};
use crate::store::agent_logins::{self, AgentLogin, State};
use crate::store::audit::Actor;
use crate::store::id::sha256_hex;
use crate::workflow::audited::{Entry, audit};
use crate::workflow::enrolment::{clip, random_credential, same};
use crate::workflow::login::Registered;
use crate::workflow::people::People;
use crate::workflow::{Caller, Error, Fault, Refusal, Result};

const SUBJECT: &str = "agent-login";

impl People<'_> {
    /// Hands a login to an agent, once. Nobody is known yet: the answer says nothing of any customer.
    ///
    /// # Errors
    /// [`Refusal::RequestUnknown`], [`Refusal::RequestUsed`], [`Refusal::RequestExpired`].
    pub async fn pick_up_agent_login(
        &self,
        id: &str,
        agent: &str,
        caller: Caller,
        now: Timestamp,
    ) -> Result<LoginPickedUp> {
        let login = agent_logins::find(self.store, id).await?;
        let login = login.ok_or(Refusal::RequestUnknown)?;
        let credential = random_credential()?;
        let digest = sha256_hex(credential.expose().as_bytes());
        let expires_at = later(now, PROOF);
        let entry = by_agent("agent-login.picked-up", id, caller);
        let mut tx = self.store.begin().await?;
        if !agent_logins::pick_up(&mut tx, id, &digest, now, expires_at).await? {
            tx.rollback().await?;
            let late = login.state == State::Created && now >= login.deadline;
            let refusal = if late {
                Refusal::RequestExpired
            } else {
                Refusal::RequestUsed
            };
            self.record_refusal(entry.refused(&refusal), now).await?;
            return Err(refusal.into());
        }
        let entry = entry.detail(json!({ "agent": clip(agent) }));
        entry.write(&mut tx, now).await?;
        tx.commit().await?;
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

    /// The agent says how far it is; a failure ends the login.
    ///
    /// # Errors
    /// [`Refusal::CredentialInvalid`], [`Refusal::RequestExpired`].
    pub async fn agent_login_progress(
        &self,
        id: &str,
        credential: &Secret,
        progress: &Progress,
        caller: Caller,
        now: Timestamp,
    ) -> Result<()> {
        self.in_agents_hands(id, credential, now).await?;
        let mut tx = self.store.begin().await?;
        if progress.step == ProgressStep::Failed {
            let code = progress.code.as_ref();
            let code = code.map_or("agent-failed", Identifier::as_str);
            if agent_logins::fail(&mut tx, id, code, now).await? {
                by_agent("agent-login.failed", id, caller)
                    .detail(json!({ "agent-code": code }))
                    .write(&mut tx, now)
                    .await?;
            }
        } else {
            agent_logins::set_progress(&mut tx, id, progress.step.as_str()).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// The agent shows a certificate (DER) in a connection that only its key can make, and gets the code. Asked again
    /// with the same certificate (the answer was lost), it gets another code, and the one before is worth nothing.
    ///
    /// # Errors
    /// [`Refusal::CredentialInvalid`], [`Refusal::RequestExpired`], [`Refusal::RequestClosed`], and
    /// [`Refusal::Certificate`], which ends the login.
    pub async fn prove_agent_login(
        &self,
        id: &str,
        credential: &Secret,
        presented: &[u8],
        caller: Caller,
        now: Timestamp,
    ) -> Result<Proved> {
        self.in_agents_hands(id, credential, now).await?;
        let registered = match self.registered(presented, caller, now).await {
            Err(Error::Refused(refusal)) => {
                self.fail_proof(id, &refusal, caller, now).await?;
                return Err(refusal.into());
            }
            other => other?,
        };
        let Registered {
            certificate, user, ..
        } = registered;
        let code = random_credential()?;
        let digest = sha256_hex(code.expose().as_bytes());
        let expires_at = later(now, CODE);
        let entry = by_agent("agent-login.proved", id, caller)
            .detail(json!({ "certificate": certificate.id, "user": user.id }));
        let mut tx = self.store.begin().await?;
        if !agent_logins::prove(&mut tx, id, &certificate.id, &digest, now, expires_at).await? {
            tx.rollback().await?;
            let refusal = Refusal::RequestClosed;
            self.record_refusal(entry.refused(&refusal), now).await?;
            return Err(refusal.into());
        }
        entry.write(&mut tx, now).await?;
        let stored = agent_logins::find(&mut tx, id).await?;
        tx.commit().await?;
        Ok(Proved {
            code,
            expires_at: stored.map_or(expires_at, |login| login.deadline),
        })
    }

    async fn fail_proof(
        &self,
        id: &str,
        refusal: &Refusal,
        caller: Caller,
        now: Timestamp,
    ) -> Result<()> {
        let mut tx = self.store.begin().await?;
        agent_logins::fail(&mut tx, id, refusal.code(), now).await?;
        by_agent("agent-login.proved", id, caller)
            .refused(refusal)
            .write(&mut tx, now)
            .await?;
        Ok(tx.commit().await?)
    }

    /// The login, if `credential` is the one handed out for it and its time is not over.
    async fn in_agents_hands(
        &self,
        id: &str,
        credential: &Secret,
        now: Timestamp,
    ) -> Result<AgentLogin> {
        let login = agent_logins::find(self.store, id).await?;
        let given = sha256_hex(credential.expose().as_bytes());
        let known = login.as_ref().and_then(|l| l.credential_sha256.as_deref());
        // Compared in any case: an unknown login takes as long as a wrong credential.
        let right = same(&given, known.unwrap_or(&"0".repeat(64)));
        let login = login.filter(|_| right).ok_or(Refusal::CredentialInvalid)?;
        match login.state {
            State::Done | State::Failed => Err(Refusal::RequestClosed.into()),
            _ if now >= login.deadline => Err(Refusal::RequestExpired.into()),
            _ => Ok(login),
        }
    }
}

fn by_agent<'a>(action: &'static str, id: &'a str, caller: Caller) -> Entry<'a> {
    audit(Actor::Agent(id.to_owned()), action, SUBJECT, id).from(caller)
}
