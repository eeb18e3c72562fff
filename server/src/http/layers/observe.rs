//! One log line and one set of metrics per request. No query, no body, no header: they may contain what must not be
//! logged.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;

use crate::http::listen::Peer;

/// Counts and logs.
pub async fn observe(
    State(listener): State<&'static str>,
    request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "-".to_owned(), |path| path.as_str().to_owned());
    let address = request
        .extensions()
        .get::<Peer>()
        .map(|peer| peer.address.ip());
    let response = next.run(request).await;
    let elapsed = started.elapsed();
    let status = response.status().as_u16();
    metrics::counter!(
        "inkan_http_requests_total",
        "listener" => listener, "route" => route.clone(), "status" => status.to_string()
    )
    .increment(1);
    metrics::histogram!("inkan_http_request_seconds", "listener" => listener, "route" => route.clone())
        .record(elapsed.as_secs_f64());
    let milliseconds = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    let address = address.map_or_else(|| "-".to_owned(), |ip| ip.to_string());
    tracing::info!(listener, %method, route, status, milliseconds, address, "request");
    response
}
