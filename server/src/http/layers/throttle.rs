//! Limits requests per address: passwords can be guessed only slowly, and machines cannot flood the server.

use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::group::{Around, Audience};
use crate::http::failure::Failure;
use crate::http::listen::Peer;
use crate::http::problem::HttpProblem;

/// Refuses with 429 what exceeds the rate of its address.
pub async fn limit(State(around): State<Around>, request: Request, next: Next) -> Response {
    let (app, group) = (&around.app, around.group);
    let limiter = match (group.audience, *request.method() == Method::POST) {
        (Audience::Api, _) => Some(&app.api_rate),
        (Audience::Program, true) => Some(&app.machine_rate),
        (Audience::Browser(_), true) if group.passwords => Some(&app.password_rate),
        (Audience::Program | Audience::Browser(_) | Audience::Public, _) => None,
    };
    let peer = request.extensions().get::<Peer>();
    if let (Some(limiter), Some(peer)) = (limiter, peer)
        && let Err(wait) = limiter.take(peer.address.ip(), Instant::now())
    {
        return Failure::Http(HttpProblem::TooMany { wait }).into_response();
    }
    next.run(request).await
}
