//! Responses that caches may keep for a while.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::fmt::rfc2822;

use crate::http::context::Answer;
use crate::http::failure::Failure;

/// The content.
pub(in crate::http) struct Lasting<'a> {
    pub(in crate::http) content_type: &'static str,
    pub(in crate::http) body: Body,
    /// SHA-256, hex.
    pub(in crate::http) sha256: &'a str,
    /// Seconds for which a cache may keep it without revalidation.
    pub(in crate::http) age: i64,
    /// When it was created. `None` if another one may have been created in the same second: HTTP cannot distinguish the
    /// two.
    pub(in crate::http) modified: Option<Timestamp>,
}

impl Lasting<'_> {
    /// 200, or 304 for a client that has it.
    pub(in crate::http) fn answer(self, asked: &HeaderMap) -> Answer {
        let tag = format!("\"{}\"", self.sha256);
        let known = if asked.contains_key(header::IF_NONE_MATCH) {
            is_known(asked, tag.as_bytes())
        } else {
            self.modified.is_some_and(|at| is_since(asked, at))
        };
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

/// Whether the client has the content with this tag.
pub(super) fn is_known(asked: &HeaderMap, tag: &[u8]) -> bool {
    asked
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|one| one.trim().trim_start_matches("W/").as_bytes() == tag)
}

/// Whether the client has the content created at `modified` (RFC 9110, section 13.1.3). A date that cannot be parsed is
/// ignored.
fn is_since(asked: &HeaderMap, modified: Timestamp) -> bool {
    let since = asked.get(header::IF_MODIFIED_SINCE);
    let since = since.and_then(|value| value.to_str().ok());
    let since = since.and_then(|text| rfc2822::parse(text).ok());
    since.is_some_and(|since| since.timestamp().as_second() >= modified.as_second())
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

    fn status(modified: Option<&str>, asked: &[(header::HeaderName, &str)]) -> StatusCode {
        let lasting = Lasting {
            content_type: "text/plain",
            body: Body::from("x"),
            sha256: "abc",
            age: 60,
            modified: modified.map(|at| at.parse().unwrap()),
        };
        let mut headers = HeaderMap::new();
        for (name, value) in asked {
            headers.append(name, value.parse().unwrap());
        }
        let answer = lasting.answer(&headers).unwrap();
        let typed = answer.headers().contains_key(header::CONTENT_TYPE);
        assert_eq!(typed, answer.status() == StatusCode::OK);
        answer.status()
    }

    #[test]
    fn http_public_who_has_it_gets_no_second_one() {
        let at = Some("2026-11-02T03:04:05.6Z");
        let (tag, since) = (header::IF_NONE_MATCH, header::IF_MODIFIED_SINCE);
        let (same, before) = (
            "Mon, 02 Nov 2026 03:04:05 GMT",
            "Mon, 02 Nov 2026 03:04:04 GMT",
        );
        for (asked, expected) in [
            (vec![], StatusCode::OK),
            (vec![(since.clone(), same)], StatusCode::NOT_MODIFIED),
            (vec![(since.clone(), before)], StatusCode::OK),
            (vec![(since.clone(), "yesterday")], StatusCode::OK),
            (vec![(tag.clone(), "\"abc\"")], StatusCode::NOT_MODIFIED),
            // The tag takes precedence over the time.
            (
                vec![(tag.clone(), "\"x\""), (since.clone(), same)],
                StatusCode::OK,
            ),
        ] {
            assert_eq!(status(at, &asked), expected, "{asked:?}");
        }
        assert_eq!(status(None, &[(since, same)]), StatusCode::OK);
    }
}
