//! OCSP over HTTP (RFC 6960 Appendix A, RFC 5019 §5): a POST with the request, or a GET with it in base64 as the last
//! part of the path. Every response is an OCSP response.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{OriginalUri, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::ready::{Ready, once};
use crate::http::app::Shared;
use crate::http::context::Answer;
use crate::http::failure::Failure;
use crate::services::certificates::status::{LONGEST_OCSP_REQUEST, OcspProblem, Reply};

const INDIFFERENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, INDIFFERENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, INDIFFERENT);

/// A request that is too long never reaches [`post`]; the response to it is an OCSP response, too.
pub async fn in_kind(request: Request, next: Next) -> Answer {
    let ours = request.uri().path() == "/ocsp" || request.uri().path() == "/ocsp/";
    let response = next.run(request).await;
    if ours && response.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return refused(OcspProblem::MalformedRequest);
    }
    Ok(response)
}

/// `POST /ocsp`.
pub async fn post(State(app): State<Shared>, body: Bytes) -> Answer {
    reply(&app, &body, &body, None).await
}

/// `GET /ocsp/{request}`. The path as it was sent: a `/` of base64 is part of the request.
pub async fn get(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Answer {
    let sent = uri.path().strip_prefix("/ocsp/").unwrap_or_default();
    match decoded(sent) {
        Some(request) => reply(&app, &request, uri.path().as_bytes(), Some(&headers)).await,
        None => refused(OcspProblem::MalformedRequest),
    }
}

/// The request in a path: percent signs decoded, in base64 of either alphabet, with its padding or without.
fn decoded(path: &str) -> Option<Vec<u8>> {
    if path.len() > LONGEST_OCSP_REQUEST * 2 {
        return None;
    }
    let mut text = Vec::with_capacity(path.len());
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        text.push(match byte {
            b'%' => {
                let digits = [bytes.next()?, bytes.next()?];
                *hex::decode(digits).ok()?.first()?
            }
            // A slash that a proxy has doubled or added has no meaning.
            other => other,
        });
    }
    STANDARD
        .decode(&text)
        .or_else(|_| URL_SAFE.decode(&text))
        .ok()
}

/// `key`: the bytes of the request, whatever they contain.
async fn reply(app: &Shared, request: &[u8], key: &[u8], asked: Option<&HeaderMap>) -> Answer {
    let now = app.clock.now();
    match app.services.ocsp(request, now).await {
        Reply::Refused(problem) => refused(problem),
        Reply::Once(der) => Ok(once(Body::from(Bytes::from_owner(der)))),
        Reply::Lasting(answer) => {
            let ready = Arc::new(Ready::new(answer)?);
            app.ocsp.put(key, Arc::clone(&ready));
            ready.response(asked, now)
        }
    }
}

/// An OCSP error is a successful HTTP response.
fn refused(problem: OcspProblem) -> Answer {
    let der = problem.der().map_err(|error| Failure::fault(&error))?;
    Ok(once(Body::from(der)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn http_public_ocsp_paths_are_read_in_every_spelling() {
        let request = [0x30, 0xfb, 0xff, 0xfe, 0x00];
        for path in [
            "MPv//gA=",
            "MPv//gA",
            "MPv%2F%2FgA%3D",
            "MPv%2f%2fgA%3d",
            "MPv__gA",
            "MPv__gA%3D",
        ] {
            assert_eq!(decoded(path).unwrap(), request, "{path}");
        }
        let plus = decoded("%2B%2B%2B%2B").unwrap();
        assert_eq!(plus, decoded("++++").unwrap());
        for bad in ["%", "%2", "%zz", "M", "MPv*", "%00%01", &"A".repeat(20_000)] {
            assert!(decoded(bad).is_none(), "{bad}");
        }
        assert_eq!(decoded("").unwrap(), Vec::<u8>::new());
    }
}
