//! CA certificates.

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use inkan_pki::x509::fingerprint::sha256_hex;

use super::lasting::Lasting;
use crate::http::app::Shared;
use crate::http::cx::Answer;
use crate::workflow::records::IssuerId;

/// CA certificates stay for years; a day is short enough for a mistake.
const AGE: i64 = 24 * 3600;

/// `GET /ca/customer-ca.crt`.
pub async fn customer(State(app): State<Shared>, headers: HeaderMap) -> Answer {
    let ca = app.workflows.authority().issuer(IssuerId::Customer);
    certificate(&headers, &ca.certificate)
}

/// `GET /ca/staff-ca.crt`.
pub async fn staff(State(app): State<Shared>, headers: HeaderMap) -> Answer {
    let ca = app.workflows.authority().issuer(IssuerId::Staff);
    certificate(&headers, &ca.certificate)
}

/// `GET /ca/root-ca.crt`.
pub async fn root(State(app): State<Shared>, headers: HeaderMap) -> Answer {
    certificate(&headers, app.workflows.authority().root())
}

fn certificate(asked: &HeaderMap, der: &[u8]) -> Answer {
    let sha256 = sha256_hex(der);
    let lasting = Lasting {
        content_type: "application/pkix-cert",
        body: Body::from(der.to_vec()),
        sha256: &sha256,
        age: AGE,
        modified: None,
        expires: None,
    };
    lasting.answer(asked)
}
