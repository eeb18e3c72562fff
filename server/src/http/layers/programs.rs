//! Endpoints for programs accept nothing that a web page made a browser send: a browser presents its certificate for
//! the page of any site.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::http::api::refusal::ApiProblem;
use crate::http::failure::Failure;
use crate::http::problem::HttpProblem;

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses a change that a page sent.
pub async fn check(request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if !reads && by_page(request.headers()) {
        return Failure::Http(HttpProblem::Api(ApiProblem::Browser)).into_response();
    }
    next.run(request).await
}

/// Whether a page in a browser sent it: programs send neither `Origin` nor, except for a typed address, `Sec-Fetch-Site`.
pub fn by_page(headers: &HeaderMap) -> bool {
    let typed_in = |value: &[u8]| value == b"none";
    headers.contains_key(header::ORIGIN)
        || headers
            .get(SITE)
            .is_some_and(|site| !typed_in(site.as_bytes()))
}
