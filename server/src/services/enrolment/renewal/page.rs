//! Renewal in a browser: the user is logged in with the certificate that is renewed. When the agent has finished, that
//! certificate is superseded, and the page must still be able to say so: this session may see what became of its renewal,
//! and nothing else.

use jiff::Timestamp;

use crate::services::account_service::AccountService;
use crate::services::audit::rows::audit;
use crate::services::authentication::login::proved_certificate_status;
use crate::services::authentication::session::{Authenticated, Stage};
use crate::services::enrolment::request::Status;
use crate::services::{Caller, Error, Refusal, Result, Services};
use crate::store::audit::Actor;
use crate::store::certificates::{self, Certificate, State};
use crate::store::id;
use crate::store::requests::Action;

/// Somebody who renews.
#[derive(Debug, Clone)]
pub struct Renewing {
    /// Who, and the session.
    pub found: Authenticated,
    /// The certificate they logged in with.
    pub certificate: Certificate,
    /// Its successor, once that is in use.
    pub successor: Option<Certificate>,
}

impl AccountService<'_> {
    /// Who renews in this session. `presented`: the certificate (DER) of the connection, on the listener that asks for one.
    ///
    /// # Errors
    /// As [`AccountService::authenticated`]; [`Refusal::SessionEnded`] without a certificate login; [`Refusal::Certificate`] for
    /// a certificate that is neither good nor superseded by its own renewal.
    pub async fn renewing(
        &self,
        token: &str,
        presented: Option<&[u8]>,
        now: Timestamp,
    ) -> Result<Renewing> {
        let stage = match presented {
            Some(_) => Stage::LoggedIn,
            None => Stage::LoggedInByAgent,
        };
        let found = self.authenticated(token, &[stage], now).await?;
        let id = found.session.certificate_id.as_deref();
        let id = id.ok_or(Refusal::SessionEnded)?;
        let certificate = certificates::find(self.store, id).await?;
        let certificate = certificate.ok_or(Refusal::SessionEnded)?;
        if presented.is_some_and(|der| certificate.der.as_deref() != Some(der)) {
            return Err(Refusal::SessionEnded.into());
        }
        let successor = self.successor_in_use(&certificate).await?;
        if successor.is_none() {
            proved_certificate_status(self.store, id, now).await?;
        }
        Ok(Renewing {
            found,
            certificate,
            successor,
        })
    }

    /// Whether this certificate (DER) was superseded by its own renewal, and its successor is in use.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn was_renewed(&self, presented: &[u8]) -> Result<bool> {
        let digest = id::sha256_hex(presented);
        let Some(row) = certificates::by_sha256(self.store, &digest).await? else {
            return Ok(false);
        };
        Ok(self.successor_in_use(&row).await?.is_some())
    }

    async fn successor_in_use(&self, old: &Certificate) -> Result<Option<Certificate>> {
        if old.state != State::Superseded {
            return Ok(None);
        }
        let user_id = old.user_id.as_deref().unwrap_or_default();
        let active = certificates::active_for_user(self.store, user_id).await?;
        Ok(active.filter(|row| row.replaces.as_deref() == Some(&old.id)))
    }
}

impl Services {
    /// Makes a request for a renewal, for the browser whose session token has digest `binding`.
    ///
    /// # Errors
    /// [`Refusal::RenewalTooEarly`]; [`Refusal::OutOfOrder`] when it has been renewed already; [`Refusal::Suspended`].
    pub async fn create_renewal(
        &self,
        renewing: &Renewing,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Status> {
        match self.try_create_renewal(renewing, caller, now).await {
            Err(Error::Refused(refusal)) => {
                let user_id = &renewing.found.user.id;
                let actor = Actor::User(user_id.clone());
                let entry = audit(actor, "request.created", "user", user_id);
                self.record_refusal(entry.from(caller).refused(&refusal), now)
                    .await?;
                Err(refusal.into())
            }
            other => other,
        }
    }

    /// Whether the certificate may be renewed now: for the page that offers it.
    ///
    /// # Errors
    /// [`Refusal::RenewalTooEarly`], [`Refusal::OutOfOrder`].
    pub fn may_renew(&self, renewing: &Renewing, now: Timestamp) -> Result<()> {
        if renewing.successor.is_some() {
            return Err(Refusal::OutOfOrder.into());
        }
        self.window_is_open(&renewing.certificate, now)
    }

    async fn try_create_renewal(
        &self,
        renewing: &Renewing,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Status> {
        self.may_renew(renewing, now)?;
        let (user_id, binding) = (
            &renewing.found.user.id,
            &renewing.found.session.token_sha256,
        );
        let mut tx = self.inner.store.begin().await?;
        // As of this transaction: it may have been revoked since the page was asked for.
        proved_certificate_status(&mut tx, &renewing.certificate.id, now).await?;
        let made = self.put_request(&mut tx, user_id, Action::Renew, None, binding, caller, now);
        let id = made.await?;
        tx.commit().await?;
        self.request_status(&id, binding, now).await
    }
}
