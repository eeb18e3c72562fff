//! The layers around the routes of a group, and those around a whole listener.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;

use super::app::Shared;
use super::failure::Failure;
use super::layers::body::{MaxBody, bound};
use super::layers::frame::frame;
use super::layers::group::{Around, Audience, Gate, RouteGroup};
use super::layers::headers::{self, OverTls};
use super::layers::{form, observe, programs, throttle};
use super::problem::HttpProblem;
use super::{certificate, console};

/// Maximum size of a body: forms are far smaller, a CSR at most 16 KiB before base64.
const MAX_BODY: usize = 64 * 1024;

/// A list of contracts, as a form sends it: three times its size.
const MAX_IMPORT: usize = 72 * 1024 * 1024;

/// Time limit of a body.
const BODY: Duration = Duration::from_secs(30);

/// Time limit of the processing, once the body has arrived.
const REQUEST: Duration = Duration::from_secs(30);

/// Time limit of a request in total: the processing, and the time for its body, which depends on the client.
const IN_ALL: Duration = Duration::from_secs(70);

/// The routes with the layers of their group, innermost first.
pub fn grouped(app: &Shared, group: RouteGroup, routes: Router<Shared>) -> Router<Shared> {
    let around = || Around {
        app: Arc::clone(app),
        group,
    };
    let routes = routes
        .method_not_allowed_fallback(|| async { Failure::from(HttpProblem::MethodNotAllowed) });
    let routes = match group.audience {
        Audience::Browser(_) => routes.layer(from_fn_with_state(group, form::check)),
        Audience::Program => routes.layer(from_fn(programs::check)),
        // The API checks more ([`super::api::guard`]), the public listener accepts no credentials.
        Audience::Api | Audience::Public => routes,
    };
    let routes = match group.gate {
        Gate::Open => routes,
        Gate::Customer | Gate::CustomerRenewed => {
            routes.layer(from_fn_with_state(around(), certificate::gate::gate))
        }
        Gate::Staff => routes.layer(from_fn_with_state(around(), console::gate::gate)),
    };
    let body = MaxBody {
        bytes: if group.import { MAX_IMPORT } else { MAX_BODY },
        time: BODY,
    };
    let routes = routes
        .layer(from_fn(|request, next| in_time(REQUEST, request, next)))
        .layer(from_fn_with_state(body, bound));
    let routes = if group.import {
        let early = from_fn_with_state(Arc::clone(app), console::gate::before_a_list);
        routes.layer(early)
    } else {
        routes
    };
    routes
        .layer(from_fn_with_state(around(), throttle::limit))
        .layer(from_fn(|request, next| in_time(IN_ALL, request, next)))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(around(), frame))
}

/// The group of requests that match no route.
pub fn not_found(app: &Shared, group: RouteGroup) -> Router<Shared> {
    let nothing = Router::new().fallback(|| async { Failure::from(HttpProblem::NotFound) });
    grouped(app, group, nothing)
}

/// A listener's routes with the layers that are the same for all its groups, innermost first.
pub fn listener(name: &'static str, tls: OverTls, app: &Shared, routes: Router<Shared>) -> Router {
    routes
        .layer(from_fn_with_state(tls, headers::add))
        .layer(from_fn_with_state(name, observe::observe))
        .with_state(Arc::clone(app))
}

async fn in_time(limit: Duration, request: Request, next: Next) -> Response {
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Failure::from(HttpProblem::Timeout).into_response(),
    }
}

/// The panic's message is not logged: it may contain a handler's data.
fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    Failure::fault(&"a handler panicked").into_response()
}
