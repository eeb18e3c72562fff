//! Refuses requests that a browser could be tricked into: staff have their certificate in the browser as well, and any
//! web page could send requests with it.
//!
//! Programs send no `Origin`. A change needs a header and a content type that a page can send to another origin only
//! after a CORS preflight, and no preflight succeeds here.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::refusal::ApiProblem;
use crate::http::failure::Failure;
use crate::http::layers::programs::by_page;
use crate::http::problem::HttpProblem;

/// The header with the idempotency key of a change.
pub const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Refuses what a page sent, and changes without key or as another type than JSON.
pub async fn check(request: Request, next: Next) -> Response {
    match refused(request.method(), request.headers()) {
        Some(problem) => Failure::Http(problem).into_response(),
        None => next.run(request).await,
    }
}

fn refused(method: &Method, headers: &HeaderMap) -> Option<HttpProblem> {
    if by_page(headers) {
        return Some(HttpProblem::Api(ApiProblem::Browser));
    }
    if matches!(*method, Method::GET | Method::HEAD) {
        return None;
    }
    if !is_json(headers) {
        return Some(HttpProblem::UnsupportedMediaType);
    }
    if !headers.contains_key(KEY) {
        return Some(HttpProblem::Api(ApiProblem::KeyMissing));
    }
    None
}

fn is_json(headers: &HeaderMap) -> bool {
    let essence = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn code(method: Method, headers: &[(&'static str, &'static str)]) -> &'static str {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        refused(&method, &map).map_or("", |problem| problem.code())
    }

    #[test]
    fn http_api_takes_nothing_that_a_page_can_send() {
        let json = ("content-type", "application/json; charset=utf-8");
        let key = ("idempotency-key", "0123456789");
        assert_eq!(code(Method::GET, &[]), "");
        assert_eq!(code(Method::GET, &[("sec-fetch-site", "none")]), "");
        assert_eq!(code(Method::POST, &[json, key]), "");
        for site in ["cross-site", "same-site", "same-origin", ""] {
            let header = ("sec-fetch-site", site);
            assert_eq!(code(Method::GET, &[header]), "browser-request");
            assert_eq!(code(Method::POST, &[json, key, header]), "browser-request");
        }
        for origin in ["null", "https://bank.example", "https://elsewhere.example"] {
            let header = ("origin", origin);
            assert_eq!(code(Method::POST, &[json, key, header]), "browser-request");
        }
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "",
        ] {
            let header = ("content-type", kind);
            assert_eq!(code(Method::POST, &[header, key]), "unsupported-media-type");
        }
        assert_eq!(code(Method::POST, &[json]), "idempotency-key-missing");
    }
}
