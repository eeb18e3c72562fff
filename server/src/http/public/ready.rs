//! OCSP responses with their headers, ready to be sent again for the same request bytes: nothing is read, encoded or
//! formatted a second time.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use jiff::Timestamp;

use super::cacheable::{http_date, is_known};
use crate::http::failure::Failure;
use crate::services::certificates::status::{Generations, ReadyResponse};

/// Content type of a response.
pub(super) const CONTENT_TYPE: HeaderValue = HeaderValue::from_static("application/ocsp-response");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
/// A cached response hides a revocation for no longer than this.
const AGE: i64 = 900;
const USUAL_AGE: HeaderValue =
    HeaderValue::from_static("public, max-age=900, no-transform, must-revalidate");
/// Maximum number of remembered requests.
const MOST: usize = 32_768;
/// A longer request is not remembered; one certificate takes some eighty bytes, in base64 a third more.
const LONGEST: usize = 256;

/// A response and its headers.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) answer: ReadyResponse,
    tag: HeaderValue,
    modified: HeaderValue,
    expires: HeaderValue,
}

impl Ready {
    pub(super) fn new(answer: ReadyResponse) -> Result<Self, Failure> {
        let value = |text: String| HeaderValue::try_from(text).map_err(|e| Failure::fault(&e));
        Ok(Self {
            tag: value(format!("\"{}\"", answer.sha256))?,
            modified: value(http_date(answer.this_update))?,
            expires: value(http_date(answer.next_update))?,
            answer,
        })
    }

    /// What is sent: for a GET with these headers, or for a POST.
    pub(super) fn response(
        &self,
        asked: Option<&HeaderMap>,
        now: Timestamp,
    ) -> Result<Response, Failure> {
        let Some(asked) = asked else {
            // Caches do not keep responses to a POST.
            return Ok(once(self.body()));
        };
        let known = is_known(asked, self.tag.as_bytes());
        let mut response = Response::new(if known { Body::empty() } else { self.body() });
        let headers = response.headers_mut();
        headers.reserve(HEADERS);
        headers.insert(header::ETAG, self.tag.clone());
        headers.insert(header::LAST_MODIFIED, self.modified.clone());
        headers.insert(header::EXPIRES, self.expires.clone());
        let left = self.answer.next_update.as_second() - now.as_second();
        let keep = if left >= AGE {
            USUAL_AGE
        } else {
            let text = format!(
                "public, max-age={}, no-transform, must-revalidate",
                left.max(0)
            );
            HeaderValue::try_from(text).map_err(|e| Failure::fault(&e))?
        };
        headers.insert(header::CACHE_CONTROL, keep);
        if known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else {
            headers.insert(header::CONTENT_TYPE, CONTENT_TYPE);
        }
        Ok(response)
    }

    fn body(&self) -> Body {
        Body::from(Bytes::from_owner(Arc::clone(&self.answer.der)))
    }
}

/// Headers of a response, including those of every response.
const HEADERS: usize = 14;

/// A response that no cache keeps.
pub(super) fn once(body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.reserve(HEADERS);
    headers.insert(header::CONTENT_TYPE, CONTENT_TYPE);
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    response
}

/// The responses by the bytes of their request: the path of a GET (it begins with a slash), the body of a POST (it does
/// not).
#[derive(Debug)]
pub struct ReadyResponses(Generations<Box<[u8]>, Arc<Ready>>);

impl Default for ReadyResponses {
    fn default() -> Self {
        Self(Generations::new(MOST))
    }
}

impl ReadyResponses {
    pub(super) fn get(&self, asked: &[u8]) -> Option<Arc<Ready>> {
        (asked.len() <= LONGEST).then(|| self.0.get(asked))?
    }

    pub(super) fn put(&self, asked: &[u8], ready: Arc<Ready>) {
        if asked.len() <= LONGEST {
            self.0.put(asked.into(), ready);
        }
    }
}
