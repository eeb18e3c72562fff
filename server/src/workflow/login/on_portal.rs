//! Who is logged in on the portal: by ID and password, or with a certificate that the agent proved. Asked again at every
//! request, of what is true now.

use jiff::Timestamp;

use super::{Registered, proved_certificate_status};
use crate::store::audit::Actor;
use crate::store::certificates::Certificate;
use crate::store::contracts::Method;
use crate::store::sessions;
use crate::workflow::audited::audit;
use crate::workflow::people::People;
use crate::workflow::session::{Authenticated, Stage};
use crate::workflow::{Caller, Error, Refusal, Result};

/// A user who is logged in on the portal.
#[derive(Debug, Clone)]
pub struct OnPortal {
    /// Who, and the session.
    pub found: Authenticated,
    /// The certificate, if that was the way in.
    pub certificate: Option<Certificate>,
}

impl People<'_> {
    /// The user who is logged in with this session.
    ///
    /// # Errors
    /// As [`People::authenticated`]; [`Refusal::SessionEnded`] for a password login whose contract has gone over to
    /// certificates (R4); [`Refusal::Certificate`] when the certificate is not good any more (R5), which ends the session.
    pub async fn on_portal(&self, token: &str, caller: Caller, now: Timestamp) -> Result<OnPortal> {
        let stages = [Stage::LoggedIn, Stage::LoggedInByAgent];
        let found = self.authenticated(token, &stages, now).await?;
        if Stage::parse(&found.session.stage) == Some(Stage::LoggedInByAgent) {
            let registered = self.still_good(&found, caller, now).await?;
            return Ok(OnPortal {
                found,
                certificate: Some(registered.certificate),
            });
        }
        // A session of the certificate listener is worth nothing here: nobody shows the certificate.
        let by_password = found.session.certificate_id.is_none();
        if !by_password || found.contract.method == Method::Certificate {
            return Err(Refusal::SessionEnded.into());
        }
        Ok(OnPortal {
            found,
            certificate: None,
        })
    }

    /// The certificate a session stands on, if it is good now; else the session ends.
    pub(in crate::workflow) async fn still_good(
        &self,
        found: &Authenticated,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Registered> {
        let certificate_id = found.session.certificate_id.as_deref();
        let certificate_id = certificate_id.ok_or(Refusal::SessionEnded)?;
        let status = proved_certificate_status(self.store, certificate_id, now).await;
        match status {
            Ok(registered) if registered.user.id == found.user.id => Ok(registered),
            Ok(_) => Err(Refusal::SessionEnded.into()),
            Err(Error::Refused(refusal)) => {
                let mut tx = self.store.begin().await?;
                sessions::delete(&mut tx, &found.session.token_sha256).await?;
                let user_id = &found.user.id;
                let entry = audit(
                    Actor::User(user_id.clone()),
                    "session.certificate",
                    "certificate",
                    certificate_id,
                );
                let entry = entry.from(caller).refused(&refusal);
                entry.write(&mut tx, now).await?;
                tx.commit().await?;
                Err(refusal.into())
            }
            Err(fault) => Err(fault),
        }
    }
}
