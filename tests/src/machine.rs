//! The messages of `docs/protocol.md`, sent directly: what any agent could do, and what an attacker would.

use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use inkan_pki::messages::link::Link;
use inkan_pki::messages::problem::Problem;
use reqwest::blocking::{Client, Response};
use rustls_pki_types::CertificateDer;
use serde_json::{Value, json};

use crate::Outcome;
use crate::bank::Dev;
use crate::trust::{self, Identity};

/// A client of the bank's machine endpoints.
#[derive(Debug)]
pub struct Machine {
    client: Client,
    portal: String,
    certificate: String,
}

/// A request that was picked up.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// The request's id.
    pub request: String,
    /// Its credential, returned once.
    pub credential: String,
    /// The whole response.
    pub answer: Value,
}

/// A refusal by the bank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// HTTP status.
    pub status: u16,
    /// The stable code.
    pub code: String,
    /// The sentence.
    pub title: String,
    /// Header `Retry-After`.
    pub retry_after: Option<String>,
}

/// The bank's response.
pub type Answer<T> = Result<T, Refused>;

/// For tests that expect one of the two.
pub trait Expect<T> {
    /// The result, or an error with the refusal.
    fn granted(self) -> Outcome<T>;
    /// The refusal, or an error if there was none.
    fn refused(self) -> Outcome<Refused>;
}

impl<T> Expect<T> for Answer<T> {
    fn granted(self) -> Outcome<T> {
        self.map_err(|refused| format!("the bank refused: {refused:?}").into())
    }

    fn refused(self) -> Outcome<Refused> {
        self.err().ok_or_else(|| "the bank granted it".into())
    }
}

impl Machine {
    /// A machine without a certificate.
    pub fn new(dev: &Dev) -> Outcome<Self> {
        Self::presenting(dev, &Identity::Nobody)
    }

    /// A machine with a client certificate.
    pub fn presenting(dev: &Dev, identity: &Identity) -> Outcome<Self> {
        Self::against(&dev.server_ca, &dev.portal, &dev.certificate, identity)
    }

    /// A machine that uses these origins.
    pub fn against(
        server_ca: &Path,
        portal: &str,
        certificate: &str,
        identity: &Identity,
    ) -> Outcome<Self> {
        let client = Client::builder()
            .tls_backend_preconfigured(trust::client(server_ca, identity)?)
            .no_proxy()
            .timeout(Duration::from_secs(60))
            .build()?;
        Ok(Self {
            client,
            portal: portal.to_owned(),
            certificate: certificate.to_owned(),
        })
    }

    /// Picks up the request of an `inkan:` link.
    pub fn pick_up(&self, link: &str) -> Outcome<Answer<Ticket>> {
        self.pick_up_one_of("requests", link)
    }

    /// The same for an officer's share.
    pub fn pick_up_unseal(&self, link: &str) -> Outcome<Answer<Ticket>> {
        self.pick_up_one_of("unseals", link)
    }

    /// Sends `body` about an officer's share, with the ticket's credential.
    pub fn about_share(
        &self,
        ticket: &Ticket,
        exchange: &str,
        body: &Value,
    ) -> Outcome<Answer<Value>> {
        let path = format!("/agent/unseals/{}/{exchange}", ticket.request);
        let answer = self
            .client
            .post(format!("{}{path}", self.certificate))
            .basic_auth(&ticket.request, Some(&ticket.credential))
            .json(body)
            .send()?;
        Ok(match accepted(answer)? {
            Err(refused) => Err(refused),
            Ok(answer) => Ok(answer.json()?),
        })
    }

    fn pick_up_one_of(&self, kind: &str, link: &str) -> Outcome<Answer<Ticket>> {
        let request = request_of(link)?;
        let url = format!("{}/agent/{kind}/{request}/pickup", self.portal);
        let answer = self
            .client
            .post(url)
            .json(&json!({ "agent": "harness/1" }))
            .send()?;
        Ok(match accepted(answer)? {
            Err(refused) => Err(refused),
            Ok(answer) => {
                let answer: Value = answer.json()?;
                let credential = answer["credential"]
                    .as_str()
                    .ok_or("no credential")?
                    .to_owned();
                Ok(Ticket {
                    request,
                    credential,
                    answer,
                })
            }
        })
    }

    /// Sends a CSR (DER) with the ticket's credential; returns the certificates of the response (DER).
    pub fn enrol(
        &self,
        ticket: &Ticket,
        csr: &[u8],
    ) -> Outcome<Answer<Vec<CertificateDer<'static>>>> {
        let answer = self
            .client
            .post(format!("{}/.well-known/est/simpleenroll", self.portal))
            .basic_auth(&ticket.request, Some(&ticket.credential))
            .header("content-type", "application/pkcs10")
            .header("content-transfer-encoding", "base64")
            .body(BASE64.encode(csr))
            .send()?;
        certificates(answer)
    }

    /// Requests a successor of the certificate that this machine presents.
    pub fn reenrol(&self, csr: &[u8]) -> Outcome<Answer<Vec<CertificateDer<'static>>>> {
        let answer = self
            .client
            .post(format!(
                "{}/.well-known/est/simplereenroll",
                self.certificate
            ))
            .header("content-type", "application/pkcs10")
            .body(BASE64.encode(csr))
            .send()?;
        certificates(answer)
    }

    /// Proves over mutual TLS that the key of the certificate can be used.
    pub fn activate(&self) -> Outcome<Answer<Value>> {
        let answer = self
            .client
            .post(format!("{}/agent/activate", self.certificate))
            .json(&json!({}))
            .send()?;
        Ok(match accepted(answer)? {
            Err(refused) => Err(refused),
            Ok(answer) => Ok(answer.json()?),
        })
    }
}

/// The response of a plain HTTP address: its content type and its bytes.
pub fn fetch(url: &str) -> Outcome<(String, Vec<u8>)> {
    // No TLS is used here, but the client requires a configuration.
    let nobody = trust::believing(rustls::RootCertStore::empty(), &Identity::Nobody)?;
    let client = Client::builder()
        .tls_backend_preconfigured(nobody)
        .no_proxy()
        .build()?;
    let answer = client.get(url).send()?.error_for_status()?;
    let kind = answer
        .headers()
        .get("content-type")
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    Ok((kind, answer.bytes()?.to_vec()))
}

/// The request's id in a link.
pub fn request_of(link: &str) -> Outcome<String> {
    Ok(Link::parse(link)?.request.to_string())
}

fn certificates(answer: Response) -> Outcome<Answer<Vec<CertificateDer<'static>>>> {
    let answer = match accepted(answer)? {
        Err(refused) => return Ok(Err(refused)),
        Ok(answer) => answer,
    };
    let der = inkan_pki::x509::transfer::decode(&answer.bytes()?)?;
    let certificates = inkan_pki::x509::certs_only::decode(&der)?;
    Ok(Ok(certificates
        .into_iter()
        .map(CertificateDer::from)
        .collect()))
}

fn accepted(answer: Response) -> Outcome<Answer<Response>> {
    if answer.status().is_success() {
        return Ok(Ok(answer));
    }
    let status = answer.status().as_u16();
    let retry_after = answer
        .headers()
        .get("retry-after")
        .and_then(|v| v.to_str().ok())
        .map(str::to_owned);
    let text = answer.text()?;
    let problem: Problem = serde_json::from_str(&text)
        .map_err(|e| format!("{status} without a problem document ({e}): {text}"))?;
    Ok(Err(Refused {
        status,
        code: problem.code,
        title: problem.title,
        retry_after,
    }))
}
