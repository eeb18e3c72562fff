//! A shortcut past the router for very frequent requests.

use std::io;
use std::sync::Arc;
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
use super::body::{self, Watched};
use super::table::{Activity, Phase};

/// Time limit for a short body.
const BODY: Duration = Duration::from_secs(30);

/// A cache of complete responses.
pub trait Shortcut: Send + Sync {
    /// Whether a request may have a cached response; then at most this many bytes of its body are read.
    fn body(&self, request: &Request<Incoming>) -> Option<usize>;

    /// The response; `None` sends the request to the router.
    fn answer(&self, head: &Parts, body: &Bytes) -> Option<Response>;
}

/// The response to a request: by the shortcut, or by the router.
pub(super) async fn answer(
    shortcut: Option<&dyn Shortcut>,
    router: Router,
    peer: Peer,
    activity: &Arc<Activity>,
    request: Request<Incoming>,
) -> Response {
    activity.enter(Phase::Working);
    let nothing = request.body().is_end_stream();
    let may_be_short = shortcut
        .and_then(|one| Some((one, one.body(&request)?)))
        .filter(|(_, limit)| nothing || *limit > 0);
    let (head, body) = request.into_parts();
    let body = match may_be_short {
        None if nothing => Body::new(body),
        None => Body::new(Watched::request(body, activity)),
        Some((shortcut, limit)) => {
            let body = if nothing {
                Ok(Bytes::new())
            } else {
                read(Watched::request(body, activity), limit).await
            };
            match body {
                Ok(body) => match shortcut.answer(&head, &body) {
                    Some(answer) => return answer,
                    None => Body::from(body),
                },
                Err(kind) => body::failed(kind),
            }
        }
    };
    let mut request = Request::from_parts(head, body);
    request.extensions_mut().insert(peer);
    match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// A body that breaks off, or takes too long: the router's reader gets that error.
async fn read(body: Watched<Incoming>, limit: usize) -> Result<Bytes, io::ErrorKind> {
    let whole = Limited::new(body, limit).collect();
    match tokio::time::timeout(BODY, whole).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(_)) => Err(io::ErrorKind::UnexpectedEof),
        Err(_) => Err(io::ErrorKind::TimedOut),
    }
}
