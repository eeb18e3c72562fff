//! A way past the router for what is asked for very often.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::Request;
use axum::http::request::Parts;
use axum::response::Response;
use http_body_util::{BodyExt, Limited};
use hyper::body::{Body as _, Incoming};
use tower::ServiceExt;

use super::Peer;

/// Time for a body that is short.
const BODY: Duration = Duration::from_secs(30);

/// What knows some answers by heart.
pub trait Shortcut: Send + Sync {
    /// Whether a request may be one of those; then at most so many bytes of its body are read.
    fn body(&self, request: &Request<Incoming>) -> Option<usize>;

    /// The answer; none sends the request the usual way.
    fn answer(&self, head: &Parts, body: &Bytes) -> Option<Response>;
}

/// The answer to a request: by the short way, or by the router.
pub(super) async fn answer(
    shortcut: Option<&dyn Shortcut>,
    router: Router,
    peer: Peer,
    request: Request<Incoming>,
) -> Result<Response, Infallible> {
    let may_be_short = shortcut.and_then(|one| Some((one, one.body(&request)?)));
    let mut request = match may_be_short {
        None => request.map(Body::new),
        Some((shortcut, limit)) => {
            let (head, body) = request.into_parts();
            let body = if body.is_end_stream() {
                Bytes::new()
            } else {
                read(body, limit).await
            };
            if let Some(answer) = shortcut.answer(&head, &body) {
                return Ok(answer);
            }
            Request::from_parts(head, Body::from(body))
        }
    };
    request.extensions_mut().insert(peer);
    router.oneshot(request).await
}

/// A body that breaks off, or takes too long, counts as none: whoever sent it hears so in the answer to that.
async fn read(body: Incoming, limit: usize) -> Bytes {
    let whole = Limited::new(body, limit).collect();
    match tokio::time::timeout(BODY, whole).await {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(_)) | Err(_) => Bytes::new(),
    }
}
