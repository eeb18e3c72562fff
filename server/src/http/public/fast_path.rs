//! The shortcut for repeated OCSP requests: past router and layers, with the same headers. All other requests take the
//! normal path. There is no log line for each of them: they are counted.

use axum::body::Bytes;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use axum::response::Response;
use hyper::body::Incoming;
use metrics::Counter;

use crate::http::app::Shared;
use crate::http::layers::headers;
use crate::http::listen::Shortcut;
use crate::services::certificates::status::LONGEST_OCSP_REQUEST;

/// The path for POST requests.
const POST: &str = "/ocsp";
/// The path before the request of a GET.
const GET: &str = "/ocsp/";

/// The shortcut.
pub struct Quick {
    app: Shared,
    answers: Counter,
    gets: Counter,
    posts: Counter,
}

impl Quick {
    /// To the responses of `app`.
    #[must_use]
    pub fn new(app: Shared) -> Self {
        let requests = |route: &'static str| {
            metrics::counter!(
                "inkan_http_requests_total",
                "listener" => "public", "route" => route, "status" => "200"
            )
        };
        Self {
            app,
            answers: metrics::counter!("inkan_ocsp_responses_total", "outcome" => "ready"),
            gets: requests("/ocsp/{*request}"),
            posts: requests(POST),
        }
    }
}

impl Shortcut for Quick {
    fn body(&self, request: &Request<Incoming>) -> Option<usize> {
        let path = request.uri().path();
        match *request.method() {
            Method::GET if path.starts_with(GET) => Some(0),
            Method::POST if path == POST => announced(request.headers()),
            _ => None,
        }
    }

    fn answer(&self, head: &Parts, body: &Bytes) -> Option<Response> {
        let get = head.method == Method::GET;
        let asked = if get {
            head.uri.path().as_bytes()
        } else {
            body
        };
        let ready = self.app.ocsp.get(asked)?;
        let now = self.app.clock.now();
        if !self.app.services.is_current(&ready.answer, now) {
            return None;
        }
        let mut response = ready.response(get.then_some(&head.headers), now).ok()?;
        // "Not modified" is rare, and counted in the usual place.
        if response.status() != StatusCode::OK {
            return None;
        }
        headers::onto(&mut response, headers::OverTls(false));
        self.answers.increment(1);
        if get { &self.gets } else { &self.posts }.increment(1);
        Some(response)
    }
}

/// The length of a body that is announced and short.
fn announced(headers: &HeaderMap) -> Option<usize> {
    if headers.contains_key(header::EXPECT) {
        return None;
    }
    let length = headers.get(header::CONTENT_LENGTH)?.to_str().ok()?;
    length
        .parse()
        .ok()
        .filter(|length| *length <= LONGEST_OCSP_REQUEST)
}
