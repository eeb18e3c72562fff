//! Security headers, the same on every answer of a listener.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

/// Everything is ours and nothing is inline; nobody frames us. The one frame of ours is how BSMS003 opens the agent's
/// link: a browser without the agent then says so in the frame and leaves the page alone.
const CSP: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; \
                   img-src 'self'; frame-src inkan:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// `same-origin`, not `no-referrer`: with the latter browsers send `Origin: null`
/// with our own forms, and the origin check of forms could not tell them apart.
const ALWAYS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, CSP),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=()",
    ),
];

/// When to come again, where the answer does not know better.
const RETRY_AFTER_SECONDS: &str = "5";

/// Whether the listener speaks TLS.
#[derive(Debug, Clone, Copy)]
pub struct OverTls(pub bool);

/// Adds the headers; answers that say nothing else about caching are not stored.
pub async fn add(State(tls): State<OverTls>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    onto(&mut response, tls);
    response
}

/// The same, on an answer that no layer sees.
pub fn onto(response: &mut Response, tls: OverTls) {
    let busy = response.status() == StatusCode::SERVICE_UNAVAILABLE;
    let headers = response.headers_mut();
    // Only where an address must not be told to anybody an answer says something stricter.
    let stricter = headers
        .remove(header::REFERRER_POLICY)
        .filter(|policy| policy == "no-referrer");
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Some(stricter) = stricter {
        headers.insert(header::REFERRER_POLICY, stricter);
    }
    if tls.0 {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    // A page drawn again with a refusal on it says so by its status only.
    if busy {
        headers
            .entry(header::RETRY_AFTER)
            .or_insert(HeaderValue::from_static(RETRY_AFTER_SECONDS));
    }
}
