//! CA certificates.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use inkan_pki::x509::fingerprint::sha256_hex;
use inkan_pki::x509::summary::CertificateSummary;

use super::cacheable::Lasting;
use crate::http::app::Shared;
use crate::http::context::Answer;
use crate::http::problem::HttpProblem;
use crate::services::records::CaId;

/// CA certificates do not change for years; a day is short enough for a mistake.
const AGE: i64 = 24 * 3600;

/// `GET /ca/{file}`: `root-ca.crt`, `customer-ca.crt`, `customer-ca-2.crt`, `staff-ca.crt`, ….
pub async fn by_name(
    State(app): State<Shared>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let authority = app.services.authority();
    let name = file.strip_suffix(".crt").ok_or(HttpProblem::NotFound)?;
    if name == "root-ca" {
        return certificate(&headers, authority.root());
    }
    let id = CaId::parse(name).ok_or(HttpProblem::NotFound)?;
    let ca = authority.ca(id).map_err(|_| HttpProblem::NotFound)?;
    certificate(&headers, &ca.certificate)
}

fn certificate(asked: &HeaderMap, der: &[u8]) -> Answer {
    let sha256 = sha256_hex(der);
    let lasting = Lasting {
        content_type: "application/pkix-cert",
        body: Body::from(der.to_vec()),
        sha256: &sha256,
        age: AGE,
        modified: CertificateSummary::parse(der).ok().map(|ca| ca.not_before),
    };
    lasting.answer(asked)
}
