//! A browser presents the code. The first one that does so ends the login: if it is the one that requested it, with a
//! session that still needs the password.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::PASSWORD;
use crate::services::account_service::AccountService;
use crate::services::authentication::login::proved_certificate_status;
use crate::services::authentication::session::{NewSession, Stage, Started, prepare};
use crate::services::command::Outcome;
use crate::services::credentials::same;
use crate::services::{Error, Fault, Refusal, RequestContext, Result};
use crate::store::agent_logins::{self, AgentLogin, State};
use crate::store::audit::AuditAction;
use crate::store::id::sha256_hex;
use crate::store::{Tx, sessions};

impl AccountService<'_> {
    /// Accepts the code from a browser; `cookie` is the one from [`Self::ask_for_agent_login`], if the browser has it.
    /// The returned session is valid for the password page only.
    ///
    /// # Errors
    /// [`Refusal::LoginCodeInvalid`] (unknown, used, late), [`Refusal::LoginOtherBrowser`], [`Refusal::Certificate`]. The
    /// last two end the login.
    pub async fn bring_login_code(
        &self,
        context: &RequestContext,
        code: &str,
        cookie: Option<&str>,
    ) -> Result<Started> {
        let now = context.now;
        let digest = sha256_hex(code.as_bytes());
        // An unknown code leaves no trace: anybody can invent one.
        let known = agent_logins::by_code(self.store, &digest).await?;
        let known = known.ok_or(Refusal::LoginCodeInvalid)?;
        let command = context.command(AuditAction::AgentLoginOpened, ("agent-login", &known.id));
        let opened = self.execute(command, async |tx| {
            let login = agent_logins::by_code(&mut *tx, &digest).await?;
            let login = login.ok_or(Refusal::LoginCodeInvalid)?;
            match begin(tx, &login, &digest, cookie, now).await {
                Ok(started) => {
                    let detail = json!({ "certificate": login.certificate_id });
                    Ok(Outcome::done(started).detail(detail))
                }
                Err(Error::Refused(refusal)) if login.state == State::Proved => {
                    agent_logins::fail(tx, &login.id, refusal.code(), now).await?;
                    Ok(Outcome::refused(refusal))
                }
                Err(other) => Err(other),
            }
        });
        opened.await
    }
}

/// Uses the code and creates the session, or refuses.
async fn begin(
    tx: &mut Tx,
    login: &AgentLogin,
    digest: &str,
    cookie: Option<&str>,
    now: Timestamp,
) -> Result<Started> {
    if login.state != State::Proved || now >= login.deadline {
        return Err(Refusal::LoginCodeInvalid.into());
    }
    let given = cookie.map(|cookie| sha256_hex(cookie.as_bytes()));
    if !given.is_some_and(|given| same(&given, &login.browser_sha256)) {
        return Err(Refusal::LoginOtherBrowser.into());
    }
    let certificate_id = login.certificate_id.as_deref();
    let certificate_id = certificate_id.ok_or(Fault::Inconsistent("code without certificate"))?;
    // Again: it may have been revoked since the proof.
    let registered = proved_certificate_status(&mut *tx, certificate_id, now).await?;
    if !agent_logins::complete(tx, &login.id, digest, now).await? {
        return Err(Refusal::LoginCodeInvalid.into());
    }
    let new = NewSession {
        user_id: Some(&registered.user.id),
        certificate_id: Some(certificate_id),
        stage: Stage::CertificateProved,
        data: Value::Null,
    };
    let started = prepare(new, PASSWORD, now)?;
    sessions::insert(tx, &started.session).await?;
    Ok(started)
}
