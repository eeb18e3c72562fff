//! Requests per address: passwords are guessed slowly, machines are not
//! allowed to hammer.

use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::is_machine;
use crate::http::api::is_api;
use crate::http::app::Shared;
use crate::http::failure::Failure;
use crate::http::listen::Peer;
use crate::http::problem::HttpProblem;
use crate::http::router::carries_password;

/// Refuses with 429 what is over the rate of its address.
pub async fn limit(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let (path, post) = (request.uri().path(), request.method() == Method::POST);
    let limiter = if is_api(path) {
        Some(&app.api_rate)
    } else if post && is_machine(path) {
        Some(&app.machine_rate)
    } else if post && carries_password(path) {
        Some(&app.password_rate)
    } else {
        None
    };
    let peer = request.extensions().get::<Peer>();
    if let (Some(limiter), Some(peer)) = (limiter, peer)
        && let Err(wait) = limiter.take(peer.address.ip(), Instant::now())
    {
        return Failure::Http(HttpProblem::TooMany { wait }).into_response();
    }
    next.run(request).await
}
