//! Exchanges with the certificate listener, over mutual TLS with the token's key.

use inkan_pki::messages::login::Proved;
use inkan_pki::messages::request::{Activated, PickUp, PickedUp};
use inkan_pki::x509::transfer;
use reqwest::header::CONTENT_TYPE;

use super::client::{Channel, Response};
use super::portal::AGENT;
use crate::error::BankError;

const RENEWAL: &str = "renewal";

/// Activates the certificate of this connection; one attempt.
///
/// # Errors
/// Why no response arrived.
pub fn activate(channel: &Channel) -> Result<Response, BankError> {
    let request = channel
        .post("/agent/activate")
        .header(CONTENT_TYPE, "application/json")
        .body("{}");
    channel.send(request, "activate")
}

/// Reads the response to an activation.
///
/// # Errors
/// [`BankError::Unexpected`].
pub fn activated(answer: &Response) -> Result<Activated, BankError> {
    let unexpected = || BankError::Unexpected {
        status: answer.status,
        exchange: "activate",
    };
    let activated: Activated = serde_json::from_slice(&answer.body).map_err(|_| unexpected())?;
    if activated.state == "active" {
        Ok(activated)
    } else {
        Err(unexpected())
    }
}

/// Revokes the certificate of this connection; one attempt.
///
/// # Errors
/// Why no response arrived.
pub fn revoke(channel: &Channel) -> Result<Response, BankError> {
    let request = channel
        .post("/agent/revocations")
        .header(CONTENT_TYPE, "application/json")
        .body("{}");
    channel.send(request, "revocation")
}

/// Requests a renewal of the certificate of this connection; one attempt.
///
/// # Errors
/// Why no response arrived.
pub fn begin_renewal(channel: &Channel) -> Result<Response, BankError> {
    let body = PickUp {
        agent: AGENT.to_owned(),
    };
    channel.send(channel.post("/agent/renewals").json(&body), RENEWAL)
}

/// Reads the response to [`begin_renewal`].
///
/// # Errors
/// [`BankError::Unexpected`].
pub fn renewal_begun(answer: &Response) -> Result<PickedUp, BankError> {
    serde_json::from_slice(&answer.body).map_err(|_| BankError::Unexpected {
        status: answer.status,
        exchange: RENEWAL,
    })
}

/// Reads the response to a login proof.
///
/// # Errors
/// [`BankError::Unexpected`].
pub fn proved(answer: &Response, exchange: &'static str) -> Result<Proved, BankError> {
    serde_json::from_slice(&answer.body).map_err(|_| BankError::Unexpected {
        status: answer.status,
        exchange,
    })
}

/// Sends the CSR (DER) of a renewal, authenticated by the old certificate, RFC 7030 §4.2.2.
///
/// # Errors
/// Why no response arrived.
pub fn reenroll(channel: &Channel, csr: &[u8]) -> Result<Response, BankError> {
    let request = channel
        .post("/.well-known/est/simplereenroll")
        .header(CONTENT_TYPE, "application/pkcs10")
        .header("Content-Transfer-Encoding", "base64")
        .body(transfer::encode(csr));
    channel.send(request, "simplereenroll")
}

/// Opens the login page; status 200 means that the bank accepts the certificate.
///
/// # Errors
/// [`BankError::NotAccepted`] with the bank's code, or [`BankError::Alert`] if TLS refused the certificate.
pub fn login_page(channel: &Channel) -> Result<(), BankError> {
    let answer = channel.send(channel.get("/login"), "login")?;
    match (answer.status, answer.code) {
        (200, None) => Ok(()),
        (200 | 403, Some(code)) => Err(BankError::NotAccepted { code }),
        (status, _) => Err(BankError::Unexpected {
            status,
            exchange: "login",
        }),
    }
}
