//! Exchanges on the certificate listener, over mutual TLS with the token's key.

use inkan_pki::messages::login::Proved;
use inkan_pki::messages::request::{Activated, PickUp, PickedUp};
use inkan_pki::x509::transfer;
use reqwest::header::CONTENT_TYPE;

use super::client::{Answer, Channel};
use super::portal::AGENT;
use crate::error::BankError;

const RENEWAL: &str = "renewal";

/// Activates the certificate of this connection, once.
///
/// # Errors
/// What kept the answer from coming.
pub fn activate(channel: &Channel) -> Result<Answer, BankError> {
    let request = channel
        .post("/agent/activate")
        .header(CONTENT_TYPE, "application/json")
        .body("{}");
    channel.send(request, "activate")
}

/// Reads the answer to an activation.
///
/// # Errors
/// [`BankError::Unexpected`].
pub fn activated(answer: &Answer) -> Result<Activated, BankError> {
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

/// Has the certificate of this connection revoked, once.
///
/// # Errors
/// What kept the answer from coming.
pub fn revoke(channel: &Channel) -> Result<Answer, BankError> {
    let request = channel
        .post("/agent/revocations")
        .header(CONTENT_TYPE, "application/json")
        .body("{}");
    channel.send(request, "revocation")
}

/// Asks for a renewal of the certificate of this connection, once.
///
/// # Errors
/// What kept the answer from coming.
pub fn begin_renewal(channel: &Channel) -> Result<Answer, BankError> {
    let body = PickUp {
        agent: AGENT.to_owned(),
    };
    channel.send(channel.post("/agent/renewals").json(&body), RENEWAL)
}

/// Reads the answer to that.
///
/// # Errors
/// [`BankError::Unexpected`].
pub fn renewal_begun(answer: &Answer) -> Result<PickedUp, BankError> {
    serde_json::from_slice(&answer.body).map_err(|_| BankError::Unexpected {
        status: answer.status,
        exchange: RENEWAL,
    })
}

/// Reads the answer to a proof for a login.
///
/// # Errors
/// [`BankError::Unexpected`].
pub fn proved(answer: &Answer, exchange: &'static str) -> Result<Proved, BankError> {
    serde_json::from_slice(&answer.body).map_err(|_| BankError::Unexpected {
        status: answer.status,
        exchange,
    })
}

/// Sends the CSR (DER) of a renewal, authenticated by the old certificate, RFC 7030 §4.2.2.
///
/// # Errors
/// What kept the answer from coming.
pub fn reenroll(channel: &Channel, csr: &[u8]) -> Result<Answer, BankError> {
    let request = channel
        .post("/.well-known/est/simplereenroll")
        .header(CONTENT_TYPE, "application/pkcs10")
        .header("Content-Transfer-Encoding", "base64")
        .body(transfer::encode(csr));
    channel.send(request, "simplereenroll")
}

/// Opens the login page: 200 means that the bank takes the certificate.
///
/// # Errors
/// [`BankError::NotAccepted`] with the bank's code, [`BankError::Alert`] when TLS itself refused.
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
