//! Who is logged in on the portal: by ID and password, or with a certificate that the agent proved. Checked at every
//! request, against the current state.

use super::{Registered, proved_certificate_status};
use crate::services::account_service::AccountService;
use crate::services::authentication::session::{Authenticated, Stage};
use crate::services::command::Outcome;
use crate::services::{Error, Refusal, RequestContext, Result};
use crate::store::audit::Actor;
use crate::store::audit::AuditAction;
use crate::store::certificates::Certificate;
use crate::store::contracts::Method;
use crate::store::sessions;

/// A user who is logged in on the portal.
#[derive(Debug, Clone)]
pub struct OnPortal {
    /// Who, and the session.
    pub found: Authenticated,
    /// The certificate, if the login used one.
    pub certificate: Option<Certificate>,
}

impl AccountService<'_> {
    /// The user who is logged in with this session.
    ///
    /// # Errors
    /// As [`AccountService::authenticated`]; [`Refusal::SessionEnded`] for a password login whose contract has moved to
    /// certificates (R4); [`Refusal::Certificate`] if the certificate is no longer active (R5), which ends the session.
    pub async fn on_portal(&self, context: &RequestContext, token: &str) -> Result<OnPortal> {
        let stages = [Stage::LoggedIn, Stage::LoggedInByAgent];
        let found = self.authenticated(token, &stages, context.now).await?;
        if Stage::parse(&found.session.stage) == Some(Stage::LoggedInByAgent) {
            let registered = self.still_good(context, &found).await?;
            return Ok(OnPortal {
                found,
                certificate: Some(registered.certificate),
            });
        }
        // A session of the certificate listener is worthless here: nobody presents the certificate.
        let by_password = found.session.certificate_id.is_none();
        if !by_password || found.contract.method == Method::Certificate {
            return Err(Refusal::SessionEnded.into());
        }
        Ok(OnPortal {
            found,
            certificate: None,
        })
    }

    /// The certificate on which a session depends, if it is active now; otherwise the session ends.
    pub(in crate::services) async fn still_good(
        &self,
        context: &RequestContext,
        found: &Authenticated,
    ) -> Result<Registered> {
        let certificate_id = found.session.certificate_id.as_deref();
        let certificate_id = certificate_id.ok_or(Refusal::SessionEnded)?;
        let status = proved_certificate_status(self.store, certificate_id, context.now).await;
        match status {
            Ok(registered) if registered.user.id == found.user.id => Ok(registered),
            Ok(_) => Err(Refusal::SessionEnded.into()),
            Err(Error::Refused(refusal)) => {
                let context = context.by(Actor::User(found.user.id.clone()));
                let subject = ("certificate", certificate_id);
                let command = context.command(AuditAction::SessionCertificate, subject);
                let ended = self.execute(command, async |tx| {
                    sessions::delete(tx, &found.session.token_sha256).await?;
                    Ok(Outcome::refused(refusal))
                });
                ended.await
            }
            Err(fault) => Err(fault),
        }
    }
}
