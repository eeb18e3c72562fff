//! The portal: picking a request up, progress, EST enrolment (`docs/protocol.md`).

use inkan_pki::messages::identifier::Identifier;
use inkan_pki::messages::login::LoginPickedUp;
use inkan_pki::messages::request::{
    GiveUp, GiveUpReason, PickUp, PickedUp, Progress, ProgressStep,
};
use inkan_pki::secret::Secret;
use inkan_pki::x509::transfer;
use jiff::{SignedDuration, Timestamp};
use reqwest::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;

use super::client::{Answer, Channel};
use crate::error::{BankError, Refusal};

/// Name and version, for the bank's log.
pub const AGENT: &str = concat!("inkan-agent/", env!("CARGO_PKG_VERSION"));

/// A request that was picked up, and the way to its bank.
#[derive(Debug)]
pub struct Portal {
    channel: Channel,
    /// `requests` or `logins`: what is under way there.
    kind: &'static str,
    request: Identifier,
    credential: Secret,
    /// When it was handed out, by the bank's clock.
    answered_at: Option<Timestamp>,
}

/// Longest time between the page's request and its pick-up that is believed.
const PICK_UP: SignedDuration = SignedDuration::from_mins(10);

const REQUESTS: &str = "requests";
const LOGINS: &str = "logins";

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

/// Refusals about the request itself have an exit code of their own.
#[must_use]
pub fn refused(refusal: Refusal) -> BankError {
    if refusal.code.starts_with("request-") {
        BankError::RequestGone(refusal)
    } else {
        BankError::Refused(refusal)
    }
}

impl Portal {
    /// Picks the request up; the credential in the answer is kept here and leaves only towards the bank.
    ///
    /// # Errors
    /// [`BankError::RequestGone`] when it is unknown, used or expired.
    pub fn pick_up(channel: Channel, request: &Identifier) -> Result<(Self, PickedUp), BankError> {
        let (picked, date): (PickedUp, _) = pick_up(&channel, REQUESTS, request)?;
        let portal = Self {
            request: request.clone(),
            ..Self::of(channel, &picked, date)
        };
        Ok((portal, picked))
    }

    /// For a request that the bank handed out in another way, at that time, reached through `channel`.
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

    /// What the bank's clock showed when it handed the request out, which the page had made at `requested_at`: its answer's
    /// `Date` where that can be, else the latter.
    #[must_use]
    pub fn bank_time(&self, requested_at: Timestamp) -> Timestamp {
        let believed = |date: &Timestamp| {
            let since = date.duration_since(requested_at);
            // `Date` has whole seconds.
            (SignedDuration::from_secs(-1)..=PICK_UP).contains(&since)
        };
        self.answered_at.filter(believed).unwrap_or(requested_at)
    }

    /// Picks a login up, in the same way.
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

    /// Proves the certificate that `mutual` shows for the login that was picked up.
    ///
    /// # Errors
    /// What kept the answer from coming.
    pub fn prove(&self, mutual: &Channel, exchange: &'static str) -> Result<Answer, BankError> {
        let request = mutual
            .post(&format!("/agent/logins/{}/proof", self.request))
            .basic_auth(&self.request, Some(self.credential.expose()))
            .header(CONTENT_TYPE, "application/json")
            .body("{}");
        mutual.send(request, exchange)
    }

    /// Sends a CSR (DER) once, RFC 7030 §4.2.
    ///
    /// # Errors
    /// What kept the answer from coming.
    pub fn enroll(&self, csr: &[u8]) -> Result<Answer, BankError> {
        let request = self
            .channel
            .post("/.well-known/est/simpleenroll")
            .basic_auth(&self.request, Some(self.credential.expose()))
            .header(CONTENT_TYPE, "application/pkcs10")
            .header("Content-Transfer-Encoding", "base64")
            .body(transfer::encode(csr));
        self.channel.send(request, "simpleenroll")
    }

    /// Has the certificate with this serial number given up, which was never in use, once.
    ///
    /// # Errors
    /// What kept the answer from coming.
    pub fn give_up(&self, serial: &str, reason: GiveUpReason) -> Result<Answer, BankError> {
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
    /// What kept them from coming, or a refusal.
    pub fn ca_certificates(&self) -> Result<Answer, BankError> {
        const EXCHANGE: &str = "cacerts";
        let answer = self
            .channel
            .send(self.channel.get("/.well-known/est/cacerts"), EXCHANGE)?;
        match answer.refusal(EXCHANGE)? {
            Some(refusal) => Err(refused(refusal)),
            None => Ok(answer),
        }
    }

    /// Tells the waiting page where the agent is. Nobody depends on it: a failure is ignored.
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
