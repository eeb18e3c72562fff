//! What goes into certificates as URLs: CRLs and CA certificates, over plain HTTP.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use inkan_pki::x509::fingerprint::sha256_hex;

use super::app::Shared;
use super::cx::Answer;
use super::failure::Failure;
use super::problem::HttpProblem;
use crate::workflow::records::{Issuer, IssuerId};

/// CA certificates stay for years; a day is short enough for a mistake.
const CA_AGE: i64 = 24 * 3600;
/// A CRL is kept by caches no longer than this, so that a revocation is seen soon.
const CRL_AGE: i64 = 3600;

/// `GET /crl/customer-ca.crl`.
pub async fn customer_crl(State(app): State<Shared>, headers: HeaderMap) -> Answer {
    crl(&app, Issuer::Customer, &headers).await
}

/// `GET /crl/staff-ca.crl`.
pub async fn staff_crl(State(app): State<Shared>, headers: HeaderMap) -> Answer {
    crl(&app, Issuer::Staff, &headers).await
}

/// `GET /ca/customer-ca.crt`.
pub async fn customer_ca(State(app): State<Shared>, headers: HeaderMap) -> Answer {
    let ca = app.workflows.authority().issuer(IssuerId::Customer);
    der(&headers, "application/pkix-cert", &ca.certificate, CA_AGE)
}

/// `GET /ca/staff-ca.crt`.
pub async fn staff_ca(State(app): State<Shared>, headers: HeaderMap) -> Answer {
    let ca = app.workflows.authority().issuer(IssuerId::Staff);
    der(&headers, "application/pkix-cert", &ca.certificate, CA_AGE)
}

/// `GET /ca/root-ca.crt`.
pub async fn root_ca(State(app): State<Shared>, headers: HeaderMap) -> Answer {
    let root = app.workflows.authority().root();
    der(&headers, "application/pkix-cert", root, CA_AGE)
}

async fn crl(app: &Shared, issuer: Issuer, headers: &HeaderMap) -> Answer {
    let latest = app.workflows.latest_crl(issuer).await?;
    let crl = latest.ok_or(HttpProblem::NotFound)?;
    let left = crl.next_update.as_second() - app.clock.now().as_second();
    der(
        headers,
        "application/pkix-crl",
        &crl.der,
        left.clamp(0, CRL_AGE),
    )
}

fn der(asked: &HeaderMap, content_type: &'static str, der: &[u8], age: i64) -> Answer {
    let tag = format!("\"{}\"", sha256_hex(der));
    let known = asked
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|one| one.trim().trim_start_matches("W/") == tag);
    let mut response: Response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        der.to_vec().into_response()
    };
    let value = |text: String| HeaderValue::try_from(text).map_err(|e| Failure::fault(&e));
    let headers = response.headers_mut();
    headers.insert(header::ETAG, value(tag)?);
    headers.insert(
        header::CACHE_CONTROL,
        value(format!("public, max-age={age}"))?,
    );
    if !known {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    Ok(response)
}
