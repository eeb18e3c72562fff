//! The portal: pick-up of requests, progress, EST enrolment (`docs/protocol.md`).

use inkan_pki::messages::identifier::Identifier;
use inkan_pki::messages::login::LoginPickedUp;
use inkan_pki::messages::request::{
    GiveUp, GiveUpReason, PickUp, PickedUp, Progress, ProgressStep,
};
use inkan_pki::messages::unseal::UnsealPickedUp;
use inkan_pki::secret::Secret;
use inkan_pki::x509::transfer;
use jiff::{SignedDuration, Timestamp};
use reqwest::header::CONTENT_TYPE;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::client::{Channel, Response};
use crate::error::{BankError, Refusal};

/// Name and version, for the bank's log.
pub const AGENT: &str = concat!("inkan-agent/", env!("CARGO_PKG_VERSION"));

/// A picked-up request, and the channel to its bank.
#[derive(Debug)]
pub struct Portal {
    channel: Channel,
    /// `requests`, `logins` or `unseals`: the kind of request.
    kind: &'static str,
    request: Identifier,
    credential: Secret,
    /// When the bank handed it out, by the bank's clock.
    answered_at: Option<Timestamp>,
}

/// Maximum plausible time between the page's request and its pick-up.
const PICK_UP: SignedDuration = SignedDuration::from_mins(10);

const REQUESTS: &str = "requests";
const LOGINS: &str = "logins";
const UNSEALS: &str = "unseals";

fn pick_up<T: DeserializeOwned>(
    channel: &Channel,
    kind: &str,
    request: &Identifier,
) -> Result<(T, Option<Timestamp>), BankError> {
    const EXCHANGE: &str = "pickup";
    let body = PickUp {
        agent: AGENT.to_owned(),
    };
    let post = channel.post(&format!("/agent/{kind}/{request}/pickup"));
    let answer = channel.send(post.json(&body), EXCHANGE)?;
    if let Some(refusal) = answer.refusal(EXCHANGE)? {
        return Err(refused(refusal));
    }
    let unexpected = BankError::Unexpected {
        status: answer.status,
        exchange: EXCHANGE,
    };
    let picked = serde_json::from_slice(&answer.body).map_err(|_| unexpected)?;
    Ok((picked, answer.date))
}

/// Refusals of the request itself have their own exit code.
#[must_use]
pub fn refused(refusal: Refusal) -> BankError {
    if refusal.code.starts_with("request-") {
        BankError::RequestGone(refusal)
    } else {
        BankError::Refused(refusal)
    }
}

impl Portal {
    /// Picks up the request. The credential in the response is kept here and sent only to the bank.
    ///
    /// # Errors
    /// [`BankError::RequestGone`] if it is unknown, used or expired.
    pub fn pick_up(channel: Channel, request: &Identifier) -> Result<(Self, PickedUp), BankError> {
        let (picked, date): (PickedUp, _) = pick_up(&channel, REQUESTS, request)?;
        let portal = Self {
            request: request.clone(),
            ..Self::of(channel, &picked, date)
        };
        Ok((portal, picked))
    }

    /// For a request that the bank handed out in another way at `date`, reached through `channel`.
    #[must_use]
    pub fn of(channel: Channel, picked: &PickedUp, date: Option<Timestamp>) -> Self {
        Self {
            channel,
            kind: REQUESTS,
            request: picked.request.clone(),
            credential: picked.credential.clone(),
            answered_at: date,
        }
    }

    /// The bank's time when it handed out the request, which the page made at `requested_at`: the `Date` of the
    /// response if it is plausible, otherwise `requested_at`.
    #[must_use]
    pub fn bank_time(&self, requested_at: Timestamp) -> Timestamp {
        let believed = |date: &Timestamp| {
            let since = date.duration_since(requested_at);
            // `Date` has a resolution of one second.
            (SignedDuration::from_secs(-1)..=PICK_UP).contains(&since)
        };
        self.answered_at.filter(believed).unwrap_or(requested_at)
    }

    /// Picks up a login in the same way.
    ///
    /// # Errors
    /// As [`Self::pick_up`].
    pub fn pick_up_login(
        channel: Channel,
        request: &Identifier,
    ) -> Result<(Self, LoginPickedUp), BankError> {
        let (picked, date): (LoginPickedUp, _) = pick_up(&channel, LOGINS, request)?;
        let portal = Self {
            channel,
            kind: LOGINS,
            request: request.clone(),
            credential: picked.credential.clone(),
            answered_at: date,
        };
        Ok((portal, picked))
    }

    /// Picks up a request for an officer's share in the same way.
    ///
    /// # Errors
    /// As [`Self::pick_up`].
    pub fn pick_up_unseal(
        channel: Channel,
        request: &Identifier,
    ) -> Result<(Self, UnsealPickedUp), BankError> {
        let (picked, date): (UnsealPickedUp, _) = pick_up(&channel, UNSEALS, request)?;
        let portal = Self {
            channel,
            kind: UNSEALS,
            request: request.clone(),
            credential: picked.credential.clone(),
            answered_at: date,
        };
        Ok((portal, picked))
    }

    /// Sends `body` over `mutual` for the picked-up request for a share, and reads the response; one attempt.
    ///
    /// # Errors
    /// Why no response arrived, or a refusal.
    pub fn about_share<T: DeserializeOwned>(
        &self,
        mutual: &Channel,
        exchange: &'static str,
        body: &impl Serialize,
    ) -> Result<T, BankError> {
        let request = mutual
            .post(&format!("/agent/unseals/{}/{exchange}", self.request))
            .basic_auth(&self.request, Some(self.credential.expose()))
            .json(body);
        let answer = mutual.send(request, exchange)?;
        if let Some(refusal) = answer.refusal(exchange)? {
            return Err(refused(refusal));
        }
        let unexpected = BankError::Unexpected {
            status: answer.status,
            exchange,
        };
        serde_json::from_slice(&answer.body).map_err(|_| unexpected)
    }

    /// Proves the certificate of `mutual` for the picked-up login.
    ///
    /// # Errors
    /// Why no response arrived.
    pub fn prove(&self, mutual: &Channel, exchange: &'static str) -> Result<Response, BankError> {
        let request = mutual
            .post(&format!("/agent/logins/{}/proof", self.request))
            .basic_auth(&self.request, Some(self.credential.expose()))
            .header(CONTENT_TYPE, "application/json")
            .body("{}");
        mutual.send(request, exchange)
    }

    /// Sends a CSR (DER); one attempt, RFC 7030 §4.2.
    ///
    /// # Errors
    /// Why no response arrived.
    pub fn enroll(&self, csr: &[u8]) -> Result<Response, BankError> {
        let request = self
            .channel
            .post("/.well-known/est/simpleenroll")
            .basic_auth(&self.request, Some(self.credential.expose()))
            .header(CONTENT_TYPE, "application/pkcs10")
            .header("Content-Transfer-Encoding", "base64")
            .body(transfer::encode(csr));
        self.channel.send(request, "simpleenroll")
    }

    /// Gives up the certificate with this serial number, which was never in use; one attempt.
    ///
    /// # Errors
    /// Why no response arrived.
    pub fn give_up(&self, serial: &str, reason: GiveUpReason) -> Result<Response, BankError> {
        let body = GiveUp {
            serial: serial.to_owned(),
            reason,
        };
        let request = self
            .channel
            .post(&format!("/agent/requests/{}/give-up", self.request))
            .basic_auth(&self.request, Some(self.credential.expose()))
            .json(&body);
        self.channel.send(request, "give-up")
    }

    /// The bank's CA certificates, RFC 7030 §4.1.
    ///
    /// # Errors
    /// Why no response arrived, or a refusal.
    pub fn ca_certificates(&self) -> Result<Response, BankError> {
        const EXCHANGE: &str = "cacerts";
        let answer = self
            .channel
            .send(self.channel.get("/.well-known/est/cacerts"), EXCHANGE)?;
        match answer.refusal(EXCHANGE)? {
            Some(refusal) => Err(refused(refusal)),
            None => Ok(answer),
        }
    }

    /// Reports the agent's progress to the waiting page. Nothing depends on it, so a failure is ignored.
    pub fn progress(&self, step: ProgressStep, code: Option<&str>) {
        let body = Progress {
            step,
            code: code.and_then(|c| Identifier::new(c).ok()),
        };
        let request = self
            .channel
            .post(&format!("/agent/{}/{}/progress", self.kind, self.request))
            .timeout(std::time::Duration::from_secs(5))
            .basic_auth(&self.request, Some(self.credential.expose()))
            .json(&body);
        let _ = self.channel.send(request, "progress");
    }
}
