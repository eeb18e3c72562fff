//! Answers that caches may keep for a while.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;

use crate::http::cx::Answer;
use crate::http::failure::Failure;

/// What is handed out.
pub(super) struct Lasting<'a> {
    pub(super) content_type: &'static str,
    pub(super) body: Body,
    /// SHA-256, hex.
    pub(super) sha256: &'a str,
    /// Seconds that a cache may keep it without asking.
    pub(super) age: i64,
    /// When it was made.
    pub(super) modified: Option<Timestamp>,
}

impl Lasting<'_> {
    /// 200, or 304 for one who has it.
    pub(super) fn answer(self, asked: &HeaderMap) -> Answer {
        let tag = format!("\"{}\"", self.sha256);
        let known = is_known(asked, tag.as_bytes());
        let mut response: Response = if known {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            Response::new(self.body)
        };
        let value = |text: String| HeaderValue::try_from(text).map_err(|e| Failure::fault(&e));
        let headers = response.headers_mut();
        headers.insert(header::ETAG, value(tag)?);
        let keep = format!(
            "public, max-age={}, no-transform, must-revalidate",
            self.age.max(0)
        );
        headers.insert(header::CACHE_CONTROL, value(keep)?);
        if let Some(at) = self.modified {
            headers.insert(header::LAST_MODIFIED, value(http_date(at))?);
        }
        if !known {
            let kind = HeaderValue::from_static(self.content_type);
            headers.insert(header::CONTENT_TYPE, kind);
        }
        Ok(response)
    }
}

/// Whether one who asks has what has this tag.
pub(super) fn is_known(asked: &HeaderMap, tag: &[u8]) -> bool {
    asked
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|one| one.trim().trim_start_matches("W/").as_bytes() == tag)
}

/// A time as HTTP writes it (RFC 9110 §5.6.7).
pub(super) fn http_date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn http_public_dates_are_those_of_http() {
        let at = "2026-11-02T03:04:05.6Z".parse().unwrap();
        assert_eq!(http_date(at), "Mon, 02 Nov 2026 03:04:05 GMT");
    }
}
