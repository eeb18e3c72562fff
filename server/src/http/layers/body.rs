//! The body of a request: read whole, up to a limit and within a time, before any handler runs.

use std::error::Error;
use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;

use crate::http::failure::Failure;
use crate::http::problem::HttpProblem;

/// Size limits of a body, and its time limit.
#[derive(Debug, Clone, Copy)]
pub struct MaxBody {
    /// Maximum size.
    pub bytes: usize,
    /// Time limit: a slower client is refused.
    pub time: Duration,
}

/// How much of a body that is too large is read and discarded: a peer that is still sending when the connection closes
/// would lose our response.
const DRAIN: usize = 4 * 1024 * 1024;

/// Passes the whole body on, or responds with 413 or 408.
pub async fn bound(State(limit): State<MaxBody>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let (time, limit) = (limit.time, limit.bytes);
    if announced(&parts.headers) > limit && parts.headers.contains_key(header::EXPECT) {
        // The peer waits for a "100 Continue" that is never sent.
        return too_large(limit).into_response();
    }
    let whole = tokio::time::timeout(time, read(body, limit)).await;
    match whole.unwrap_or(Err(HttpProblem::BodySlow.into())) {
        Ok(bytes) => {
            next.run(Request::from_parts(parts, Body::from(bytes)))
                .await
        }
        Err(failure) => failure.into_response(),
    }
}

fn announced(headers: &HeaderMap) -> usize {
    headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse().ok())
        .unwrap_or(0)
}

fn too_large(limit: usize) -> Failure {
    Failure::Http(HttpProblem::TooLarge { limit })
}

async fn read(mut body: Body, limit: usize) -> Result<Bytes, Failure> {
    let mut kept = Vec::new();
    let mut seen = 0usize;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| broken(&error))?;
        let Some(data) = frame.data_ref() else {
            continue;
        };
        seen = seen.saturating_add(data.len());
        if seen <= limit {
            kept.extend_from_slice(data);
        } else if seen > DRAIN {
            break;
        }
    }
    if seen > limit {
        return Err(too_large(limit));
    }
    Ok(Bytes::from(kept))
}

/// The failure of reading a body: too slow, or incomplete.
fn broken(error: &axum::Error) -> Failure {
    let cause = error.source().and_then(|cause| cause.downcast_ref());
    let slow = cause.is_some_and(|cause: &io::Error| cause.kind() == io::ErrorKind::TimedOut);
    let problem = if slow {
        HttpProblem::BodySlow
    } else {
        HttpProblem::BodyIncomplete
    };
    problem.into()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use axum::Router;
    use axum::http::StatusCode;
    use axum::middleware::from_fn_with_state;
    use axum::routing::post;
    use hyper::body::Frame;
    use tower::ServiceExt;

    use super::*;

    /// Sends a little, and then either an error or nothing more.
    struct Stuck(Option<&'static [u8]>, Option<io::ErrorKind>);

    impl hyper::body::Body for Stuck {
        type Data = Bytes;
        type Error = io::Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
            if let Some(data) = self.0.take() {
                return Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(data)))));
            }
            match self.1.take() {
                Some(kind) => Poll::Ready(Some(Err(kind.into()))),
                None => Poll::Pending,
            }
        }
    }

    async fn status(body: Stuck) -> StatusCode {
        let limit = MaxBody {
            bytes: 1024,
            time: Duration::from_millis(1),
        };
        let routes = Router::new()
            .route("/", post(|| async { "done" }))
            .layer(from_fn_with_state(limit, bound));
        let request = Request::post("/").body(Body::new(body)).unwrap();
        routes.oneshot(request).await.unwrap().status()
    }

    #[tokio::test]
    async fn http_a_body_that_does_not_come_is_the_clients_time() {
        let slow = status(Stuck(Some(b"a="), None)).await;
        assert_eq!(slow, StatusCode::REQUEST_TIMEOUT);
        let given_up = status(Stuck(None, Some(io::ErrorKind::TimedOut))).await;
        assert_eq!(given_up, StatusCode::REQUEST_TIMEOUT);
        let broken = Stuck(None, Some(io::ErrorKind::UnexpectedEof));
        assert_eq!(status(broken).await, StatusCode::BAD_REQUEST);
    }
}
