//! The browser's side: requesting a login, and following its progress.

use inkan_pki::messages::identifier::Identifier;
use inkan_pki::messages::link::{Action, Link};
use inkan_pki::secret::Secret;
use jiff::Timestamp;

use super::later;
use crate::services::account_service::AccountService;
use crate::services::command::Outcome;
use crate::services::credentials::{comparison_code, random_credential};
use crate::services::{Fault, Refusal, RequestContext, Result};
use crate::store::agent_logins::{self, AgentLogin, NewAgentLogin, State};
use crate::store::audit::AuditAction;
use crate::store::id;

/// A login as the requesting browser sees it. It never shows who proved what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The link that starts the agent.
    pub link: String,
    /// Shown by page and agent: the customer compares.
    pub comparison_code: String,
    /// State; one past its deadline is `Failed` with `request-expired`.
    pub state: State,
    /// The agent's last progress report.
    pub progress: Option<String>,
    /// Why it failed.
    pub failure_code: Option<String>,
    /// Deadline of the next step: pick-up, proof, code.
    pub deadline: Timestamp,
}

impl AccountService<'_> {
    /// Requests a login. The returned value is for a cookie of this browser, once. The browser's earlier request, with
    /// the cookie `before`, ends.
    ///
    /// # Errors
    /// Faults only: anybody may request one.
    pub async fn ask_for_agent_login(
        &self,
        context: &RequestContext,
        before: Option<&str>,
    ) -> Result<Secret> {
        let now = context.now;
        let cookie = random_credential()?;
        let new = NewAgentLogin {
            id: id::new_id()?,
            browser_sha256: id::sha256_hex(cookie.expose().as_bytes()),
            comparison_code: comparison_code()?,
            created_at: now,
            deadline: later(now, self.settings.periods.pick_up),
        };
        let command = context.command(AuditAction::AgentLoginCreated, ("agent-login", &new.id));
        let created = self.execute(command, async |tx| {
            if let Some(before) = before {
                let digest = id::sha256_hex(before.as_bytes());
                if let Some(old) = agent_logins::by_browser(&mut *tx, &digest).await? {
                    agent_logins::fail(tx, &old.id, "request-replaced", now).await?;
                }
            }
            agent_logins::create(tx, &new).await?;
            Ok(Outcome::done(cookie))
        });
        created.await
    }

    /// State of the login that the browser with this cookie has requested.
    ///
    /// # Errors
    /// [`Refusal::OutOfOrder`] for a cookie without a login.
    pub async fn agent_login_status(&self, cookie: &str, now: Timestamp) -> Result<Status> {
        let digest = id::sha256_hex(cookie.as_bytes());
        let login = agent_logins::by_browser(self.store, &digest).await?;
        self.status_of(login.ok_or(Refusal::OutOfOrder)?, now)
    }

    fn status_of(&self, login: AgentLogin, now: Timestamp) -> Result<Status> {
        let open = !matches!(login.state, State::Done | State::Failed);
        let late = open && now >= login.deadline;
        let bank = Identifier::new(&*self.settings.bank.id);
        let link = Link {
            action: Action::Login,
            bank: bank.map_err(|_| Fault::Inconsistent("bank id"))?,
            request: Identifier::new(login.id).map_err(|_| Fault::Inconsistent("login id"))?,
        };
        Ok(Status {
            link: link.to_string(),
            comparison_code: login.comparison_code,
            state: if late { State::Failed } else { login.state },
            progress: login.progress,
            failure_code: if late {
                Some("request-expired".to_owned())
            } else {
                login.failure_code
            },
            deadline: login.deadline,
        })
    }
}
