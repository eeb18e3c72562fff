//! Sessions of browsers: anonymous ones for the registration, a user's after that. The cookie has a token of 256
//! random bits; the store has its SHA-256.

use inkan_pki::secret::Secret;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::services::account_service::AccountService;
use crate::services::{Fault, Refusal, RequestContext, Result};
use crate::store::audit::Actor;
use crate::store::audit::AuditAction;
use crate::store::contracts::{Contract, Status};
use crate::store::id::sha256_hex;
use crate::store::sessions::{self, Session};
use crate::store::text_enum::text_enum;
use crate::store::users::User;
use crate::store::{agent_logins, console_use, contracts, shadow_locks, users};

text_enum! {
    /// The stage of a session, and so what it allows.
    pub enum Stage {
        /// BLIS005 is done: the account is proved. No user.
        AccountProved => "account-proved",
        /// BLIS006 is done: the user's data are waiting for 登録. No user.
        UserEntered => "user-entered",
        /// BLIS004: just registered; may continue to BSMS002, is not logged in.
        Registered => "registered",
        /// BSMS001: authenticated to get a certificate, is not logged in.
        Identified => "identified",
        /// Logged in.
        LoggedIn => "logged-in",
        /// The agent has proved the certificate; the login password is still needed.
        CertificateProved => "certificate-proved",
        /// Logged in on the portal, with a certificate that the agent proved.
        LoggedInByAgent => "logged-in-by-agent",
    }
}

/// Requests closer together than this are not recorded separately.
const TOUCH_EVERY: SignedDuration = SignedDuration::from_secs(15);
/// Lock states of accounts that do not exist, and the last use of the console, are deleted after this.
const SHADOW_LOCKS_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Ended logins with the agent are deleted after this; the audit log keeps their results.
const AGENT_LOGINS_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// A new session.
#[derive(Debug)]
pub struct Started {
    /// For the cookie: 64 hex digits. Returned once.
    pub token: Secret,
    /// What is stored.
    pub session: Session,
}

/// A session to be created.
#[derive(Debug)]
pub struct NewSession<'a> {
    /// Whose; `None` while anonymous.
    pub user_id: Option<&'a str>,
    /// The certificate to which it is bound.
    pub certificate_id: Option<&'a str>,
    /// Its stage.
    pub stage: Stage,
    /// The wizard's entries so far. Never a password.
    pub data: Value,
}

/// A live session of a user with an active contract.
#[derive(Debug, Clone)]
pub struct Authenticated {
    /// The session.
    pub session: Session,
    /// Whose.
    pub user: User,
    /// Its contract.
    pub contract: Contract,
}

/// Creates token, CSRF token and row; the caller stores the row.
pub(in crate::services) fn prepare(
    new: NewSession<'_>,
    longest: SignedDuration,
    now: Timestamp,
) -> Result<Started> {
    let token = random_hex()?;
    let session = Session {
        token_sha256: sha256_hex(token.as_bytes()),
        user_id: new.user_id.map(str::to_owned),
        certificate_id: new.certificate_id.map(str::to_owned),
        stage: new.stage.as_str().to_owned(),
        csrf: random_hex()?,
        data: new.data,
        created_at: now,
        last_seen_at: now,
        expires_at: now.checked_add(longest).unwrap_or(Timestamp::MAX),
    };
    Ok(Started {
        token: Secret::new(token),
        session,
    })
}

fn random_hex() -> Result<String> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(Fault::Random)?;
    Ok(hex::encode(bytes))
}

impl AccountService<'_> {
    /// Creates a session. A change of identity always creates a new one: an old token never gains rights.
    pub async fn start_session(&self, new: NewSession<'_>, now: Timestamp) -> Result<Started> {
        let started = prepare(new, self.settings.periods.session, now)?;
        let begun = self.transaction(async |tx| {
            sessions::insert(tx, &started.session).await?;
            Ok(started)
        });
        begun.await
    }

    /// The live session of a token; its use is recorded.
    ///
    /// # Errors
    /// [`Refusal::SessionEnded`]: unknown, idle too long, or past its end.
    pub async fn session(&self, token: &str, now: Timestamp) -> Result<Session> {
        let digest = sha256_hex(token.as_bytes());
        let session = sessions::find(self.store, &digest)
            .await?
            .ok_or(Refusal::SessionEnded)?;
        let idle = now.duration_since(session.last_seen_at);
        if now >= session.expires_at || idle > self.settings.periods.idle {
            return Err(Refusal::SessionEnded.into());
        }
        if idle > TOUCH_EVERY {
            let seen = self.transaction(async |tx| Ok(sessions::touch(tx, &digest, now).await?));
            if !seen.await? {
                return Err(Refusal::SessionEnded.into());
            }
        }
        Ok(session)
    }

    /// The live session of a token in one of `stages`.
    ///
    /// # Errors
    /// [`Refusal::SessionEnded`], or [`Refusal::OutOfOrder`] in another stage.
    pub async fn session_at(
        &self,
        token: &str,
        stages: &[Stage],
        now: Timestamp,
    ) -> Result<Session> {
        let session = self.session(token, now).await?;
        match Stage::parse(&session.stage) {
            Some(stage) if stages.contains(&stage) => Ok(session),
            _ => Err(Refusal::OutOfOrder.into()),
        }
    }

    /// The live session of a user, read again at every request: the contract must be active, the login not suspended.
    ///
    /// # Errors
    /// [`Refusal::SessionEnded`], [`Refusal::OutOfOrder`], [`Refusal::ContractCancelled`], [`Refusal::Suspended`].
    pub async fn authenticated(
        &self,
        token: &str,
        stages: &[Stage],
        now: Timestamp,
    ) -> Result<Authenticated> {
        let session = self.session_at(token, stages, now).await?;
        let user_id = session.user_id.as_deref().ok_or(Refusal::SessionEnded)?;
        let user = users::find(self.store, user_id).await?;
        let user = user
            .filter(|user| user.left_at.is_none())
            .ok_or(Refusal::SessionEnded)?;
        let contract = contracts::find(self.store, &user.contract_id).await?;
        let contract = contract.ok_or(Fault::Inconsistent("user without contract"))?;
        if contract.status == Status::Cancelled {
            return Err(Refusal::ContractCancelled.into());
        }
        // Guesses without the certificate end no session that depends on one.
        let without = session.certificate_id.is_none() && user.login.suspended;
        if without || user.certificate_login.suspended {
            return Err(Refusal::Suspended.into());
        }
        Ok(Authenticated {
            session,
            user,
            contract,
        })
    }

    /// As [`Self::authenticated`], for a session from a certificate login: the certificate presented with this request
    /// must be the same one, and active now.
    ///
    /// # Errors
    /// As there, and [`Refusal::Certificate`].
    pub async fn authenticated_by_certificate(
        &self,
        token: &str,
        presented: &[u8],
        now: Timestamp,
    ) -> Result<Authenticated> {
        let registered = super::login::certificate_status(self.store, presented, now).await?;
        let found = self.authenticated(token, &[Stage::LoggedIn], now).await?;
        if found.session.certificate_id.as_deref() != Some(registered.certificate.id.as_str()) {
            return Err(Refusal::SessionEnded.into());
        }
        Ok(found)
    }

    /// Ends a session (logout, 中断). It is no error if it has already ended.
    pub async fn end_session(&self, context: &RequestContext, token: &str) -> Result<()> {
        let digest = sha256_hex(token.as_bytes());
        let ended = self.transaction(async |tx| {
            let session = sessions::find(&mut *tx, &digest).await?;
            sessions::delete(tx, &digest).await?;
            if let Some(user_id) = session.and_then(|session| session.user_id) {
                let entry = context.audit(AuditAction::SessionEnded, ("user", &user_id));
                entry.by(Actor::User(user_id.clone())).write(tx).await?;
            }
            Ok(())
        });
        ended.await
    }

    /// Removes ended sessions and lock states that are no longer needed; to be called periodically.
    pub async fn sweep(&self, now: Timestamp) -> Result<u64> {
        let before = |kept| now.checked_sub(kept).unwrap_or(Timestamp::MIN);
        let swept = self.transaction(async |tx| {
            let idle = before(self.settings.periods.idle);
            let ended = sessions::delete_expired(tx, now, idle).await?;
            shadow_locks::delete_older(tx, before(SHADOW_LOCKS_KEPT)).await?;
            agent_logins::delete_older(tx, before(AGENT_LOGINS_KEPT)).await?;
            console_use::delete_older(tx, before(SHADOW_LOCKS_KEPT)).await?;
            Ok(ended)
        });
        swept.await
    }
}
