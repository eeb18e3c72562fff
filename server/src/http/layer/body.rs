//! The body of a request: read whole, up to a limit, before any handler runs.

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;

use crate::http::failure::Failure;
use crate::http::problem::HttpProblem;

/// Most bytes of a body.
#[derive(Debug, Clone, Copy)]
pub struct MaxBody {
    /// Of any.
    pub usual: usize,
    /// Of those paths that take more.
    pub larger: (&'static [&'static str], usize),
}

impl MaxBody {
    fn at(self, path: &str) -> usize {
        let (places, larger) = self.larger;
        if places.contains(&path) {
            larger
        } else {
            self.usual
        }
    }
}

/// So much of a body that is too large is read and thrown away: a peer that is
/// still sending when the connection closes would lose our answer.
const DRAIN: usize = 4 * 1024 * 1024;

/// Hands the whole body on, or answers 413.
pub async fn bound(State(limit): State<MaxBody>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let limit = limit.at(parts.uri.path());
    if announced(&parts.headers) > limit && parts.headers.contains_key(header::EXPECT) {
        // The peer waits for a "100 Continue" that does not come.
        return too_large(limit).into_response();
    }
    match read(body, limit).await {
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
        let frame = frame.map_err(|_| Failure::Http(HttpProblem::BodyIncomplete))?;
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
