//! Security headers, the same on every response of a listener.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

/// All content is ours and nothing is inline; no page may frame ours. The one frame that we use opens the agent's link
/// on BSMS003: a browser without the agent then shows its error in the frame, and the page stays.
const CSP: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; \
                   img-src 'self'; frame-src inkan:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// `same-origin`, not `no-referrer`: with the latter browsers send `Origin: null` with our own forms, and the origin
/// check could not distinguish them.
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

/// Retry-After, if the response does not set it.
const RETRY_AFTER_SECONDS: &str = "5";

/// Whether the listener speaks TLS.
#[derive(Debug, Clone, Copy)]
pub struct OverTls(pub bool);

/// Adds the headers; responses without a caching header are not stored.
pub async fn add(State(tls): State<OverTls>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    onto(&mut response, tls);
    response
}

/// The same, for a response that no layer sees.
pub fn onto(response: &mut Response, tls: OverTls) {
    let busy = response.status() == StatusCode::SERVICE_UNAVAILABLE;
    let headers = response.headers_mut();
    // A response sets a stricter value only if its URL must not be revealed.
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
    // A page shown again with a refusal differs only by its status.
    if busy {
        headers
            .entry(header::RETRY_AFTER)
            .or_insert(HeaderValue::from_static(RETRY_AFTER_SECONDS));
    }
}
