//! A renewal that the agent begins, with no page: the certificate in use is the proof. It becomes a request like that of a
//! page, picked up already, which no browser can follow.

use inkan_pki::messages::request::PickedUp;
use inkan_pki::x509::fingerprint::sha256_hex;
use jiff::Timestamp;
use serde_json::json;

use crate::services::audit::rows::audit;
use crate::services::authentication::login::{Registered, proved_certificate_status};
use crate::services::enrolment::request::{clip, random_credential};
use crate::services::{Caller, Error, Fault, Refusal, Result, Services};
use crate::store::audit::Actor;
use crate::store::requests::{self, Action};

impl Services {
    /// Begins the renewal of the certificate that `presented` (DER) is. The credential in the answer is given this once.
    ///
    /// # Errors
    /// [`Refusal::Certificate`], [`Refusal::RenewalTooEarly`].
    pub async fn begin_renewal(
        &self,
        presented: &[u8],
        agent: &str,
        caller: Caller,
        now: Timestamp,
    ) -> Result<PickedUp> {
        let registered = self.registered(presented, caller, now).await?;
        match self.try_begin(&registered, agent, caller, now).await {
            Err(Error::Refused(refusal)) => {
                let user_id = &registered.user.id;
                let entry = audit(
                    Actor::User(user_id.clone()),
                    "request.created",
                    "user",
                    user_id,
                );
                self.record_refusal(entry.from(caller).refused(&refusal), now)
                    .await?;
                Err(refusal.into())
            }
            other => other,
        }
    }

    async fn try_begin(
        &self,
        registered: &Registered,
        agent: &str,
        caller: Caller,
        now: Timestamp,
    ) -> Result<PickedUp> {
        self.window_is_open(&registered.certificate, now)?;
        let (credential, nobodys) = (random_credential()?, random_credential()?);
        let (user_id, binding) = (&registered.user.id, nobodys.expose());
        let mut tx = self.inner.store.begin().await?;
        // As of this transaction: it may have been revoked since the connection was made.
        proved_certificate_status(&mut tx, &registered.certificate.id, now).await?;
        let made = self.put_request(&mut tx, user_id, Action::Renew, None, binding, caller, now);
        let id = made.await?;
        let digest = sha256_hex(credential.expose().as_bytes());
        if !requests::pick_up(&mut tx, &id, &digest, now).await? {
            return Err(Fault::Inconsistent("a request of this transaction is gone").into());
        }
        audit(
            Actor::Agent(id.clone()),
            "request.picked-up",
            "request",
            &id,
        )
        .from(caller)
        .detail(json!({ "agent": clip(agent), "page": false }))
        .write(&mut tx, now)
        .await?;
        let request = requests::find(&mut tx, &id).await?;
        let request = request.ok_or(Refusal::RequestUnknown)?;
        let answer = self.describe(&mut tx, request, credential).await?;
        tx.commit().await?;
        Ok(answer)
    }
}
