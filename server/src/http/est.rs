//! Enrolment over Secure Transport (RFC 7030, as amended by RFC 8951).

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use inkan_pki::secret::Secret;
use inkan_pki::x509::csr::CsrError;
use inkan_pki::x509::{certs_only, transfer};
use zeroize::Zeroizing;

use super::app::Shared;
use super::context::Answer;
use super::csrattrs;
use super::failure::Failure;
use super::machine::Machine;
use super::problem::HttpProblem;
use crate::services::Refusal;
use crate::services::records::{Issuer, IssuerId};

/// Line format of base64 in a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EstEncoding {
    /// One line without a line end (RFC 8951, 3.1).
    #[default]
    OneLine,
    /// Lines of 64 characters, for older clients.
    Lines,
}

const TRANSFER_ENCODING: HeaderName = HeaderName::from_static("content-transfer-encoding");
const CERTS_ONLY: &str = "application/pkcs7-mime; smime-type=certs-only";

/// `GET cacerts` (4.1): every customer CA and the root. There is one root and its key does not change, so there are no
/// certificates of a new root key under the old one to add (4.1.3).
pub async fn cacerts(State(app): State<Shared>) -> Answer {
    cas(&app, IssuerId::Customer)
}

/// `GET staff/cacerts`: every staff CA and the root.
pub async fn cacerts_staff(State(app): State<Shared>) -> Answer {
    cas(&app, IssuerId::Staff)
}

/// The CAs of a kind, newest first, and the root.
fn cas(app: &Shared, issuer: IssuerId) -> Answer {
    let authority = app.services.authority();
    let mut all = authority.certificates(issuer);
    all.reverse();
    all.push(authority.root().clone());
    let all: Vec<&[u8]> = all.iter().map(AsRef::as_ref).collect();
    certificates(app, &all)
}

/// `GET csrattrs` (4.5): which keys are accepted.
pub async fn csrattrs(State(app): State<Shared>) -> Answer {
    let der = csrattrs::encode(&app.services.settings().key_algorithms);
    let der = der.map_err(|error| Failure::fault(&error))?;
    Ok(transfer(&app, "application/csrattrs", &der))
}

/// `POST simpleenroll` (4.2) with the credential of a picked-up request.
pub async fn simpleenroll(machine: Machine, headers: HeaderMap, body: Bytes) -> Answer {
    let (request, credential) = basic(&headers)?;
    let csr = csr(&headers, &body)?;
    let services = &machine.app.services;
    let issued = services.enroll(&machine.context, &request, &credential, &csr);
    certificates(&machine.app, &[&issued.await?])
}

/// `POST simplereenroll` (4.2.2) over mutual TLS with the certificate to be renewed, of the kind that the listener accepts.
pub async fn simplereenroll(
    machine: Machine,
    Extension(issuer): Extension<Issuer>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let presented = machine.certificate()?;
    let csr = csr(&headers, &body)?;
    let services = &machine.app.services;
    let issued = services.reenroll(&machine.context, issuer, presented, &csr);
    certificates(&machine.app, &[&issued.await?])
}

/// `POST staff/simpleenroll` with an account's id and both halves of its activation code.
pub async fn simpleenroll_staff(machine: Machine, headers: HeaderMap, body: Bytes) -> Answer {
    let (staff_id, credential) = basic(&headers)?;
    let csr = csr(&headers, &body)?;
    let services = &machine.app.services;
    let issued = services.enroll_staff(&machine.context, &staff_id, &credential, &csr);
    certificates(&machine.app, &[&issued.await?])
}

/// User name and password of HTTP Basic (RFC 7617): request id and credential.
pub(super) fn basic(headers: &HeaderMap) -> Result<(String, Secret), Failure> {
    let missing = || Failure::Http(HttpProblem::CredentialMissing);
    let value = headers.get(header::AUTHORIZATION).ok_or_else(missing)?;
    let value = value.to_str().map_err(|_| missing())?;
    let (scheme, encoded) = value.split_once(' ').ok_or_else(missing)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(missing());
    }
    let decoded = base64::engine::general_purpose::STANDARD.decode(encoded.trim());
    let decoded = Zeroizing::new(decoded.map_err(|_| missing())?);
    let text = std::str::from_utf8(&decoded).map_err(|_| missing())?;
    let (user, password) = text.split_once(':').ok_or_else(missing)?;
    Ok((user.to_owned(), Secret::new(password)))
}

/// The PKCS#10 request in a body; the type must be the one of RFC 7030, 4.2.1.
fn csr(headers: &HeaderMap, body: &Bytes) -> Result<Vec<u8>, Failure> {
    let essence = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .unwrap_or_default();
    if !essence.trim().eq_ignore_ascii_case("application/pkcs10") {
        return Err(HttpProblem::UnsupportedMediaType.into());
    }
    transfer::decode(body).map_err(|_| Refusal::Csr(CsrError::Malformed).into())
}

fn certificates(app: &Shared, chain: &[&[u8]]) -> Answer {
    let der = certs_only::encode(chain).map_err(|error| Failure::fault(&error))?;
    Ok(transfer(app, CERTS_ONLY, &der))
}

fn transfer(app: &Shared, content_type: &'static str, der: &[u8]) -> Response {
    let body = match app.est_encoding {
        EstEncoding::OneLine => transfer::encode(der),
        EstEncoding::Lines => transfer::encode_lines(der),
    };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("base64"));
    response
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn with(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn http_est_basic_credentials() {
        let headers = with(header::AUTHORIZATION, "Basic cmVxOnB3OngK");
        let (user, password) = basic(&headers).unwrap();
        assert_eq!((user.as_str(), password.expose()), ("req", "pw:x\n"));
        for bad in ["Bearer abc", "Basic", "Basic !!", "Basic cmVx"] {
            let failure = basic(&with(header::AUTHORIZATION, bad)).unwrap_err();
            assert_eq!(failure.code(), "credential-missing", "{bad}");
            assert!(failure.headers().contains_key(header::WWW_AUTHENTICATE));
        }
    }

    #[test]
    fn http_est_csr_needs_its_content_type() {
        let body = Bytes::from_static(b"MAA=");
        let good = with(header::CONTENT_TYPE, "application/pkcs10; charset=x");
        assert_eq!(csr(&good, &body).unwrap(), [0x30, 0]);
        let bad = with(header::CONTENT_TYPE, "text/plain");
        assert_eq!(
            csr(&bad, &body).unwrap_err().code(),
            "unsupported-media-type"
        );
        let noise = Bytes::from_static(b"***");
        assert_eq!(csr(&good, &noise).unwrap_err().code(), "csr-malformed");
    }
}
