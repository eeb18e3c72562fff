//! Every URL of every listener.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use tower_http::catch_panic::CatchPanicLayer;

use super::app::Shared;
use super::enrolment::{Journey, by_activation_code, by_grant, renewal};
use super::failure::Failure;
use super::layers::body::{MaxBody, bound};
use super::layers::frame::{Frame, frame};
use super::layers::headers::OverTls;
use super::layers::{form, headers, observe, throttle};
use super::problem::HttpProblem;
use super::visitor::Realm;
use super::{agent, api, certificate, company, console, est, operations, portal, public, screens};
use crate::services::records::Issuer;

/// The stylesheet, on each listener that has pages.
pub const STYLE: &str = "/style.css";

/// The pages' script, on each listener that has pages.
pub const SCRIPT: &str = "/screens.js";

/// The icon, on each listener that has pages.
pub const ICON: &str = "/icon.svg";

/// Where a log out ends.
pub const LOGGED_OUT: &str = "/logged-out";

/// Files that every page needs, also one that says who may not come in.
pub fn is_public_file(path: &str) -> bool {
    [STYLE, SCRIPT, ICON].contains(&path)
}

/// Posts that carry a password or leave a row behind whenever they are sent: counted per address.
pub const PASSWORD_PATHS: [&str; 10] = [
    "/login",
    "/login/agent",
    "/login/agent/password",
    "/register/account",
    "/register/user",
    "/certificate/identify",
    Journey::Issue.paths().start,
    Journey::Renewal.paths().start,
    Journey::StaffIssue.paths().start,
    company::START,
];

/// Whether a post to this path carries a password: one of those, or an operation among the users of a contract.
pub fn carries_password(path: &str) -> bool {
    PASSWORD_PATHS.contains(&path) || path.starts_with(company::PATH)
}

/// Most bytes of a body: forms are far smaller, a CSR at most 16 KiB before base64.
const MAX_BODY: usize = 64 * 1024;

/// Where a list of contracts is sent.
pub(super) const IMPORTS: [&str; 2] = [console::routes::IMPORT, api::routes::IMPORT];

/// A list of contracts, as a form sends it: three times its size.
const MAX_IMPORT: usize = 72 * 1024 * 1024;

/// Time for a body.
const BODY: Duration = Duration::from_secs(30);

/// Time for what a request asks for, once its body is there.
const REQUEST: Duration = Duration::from_secs(30);

/// Time for a request in all: that and the time for its body, which is the client's own.
const IN_ALL: Duration = Duration::from_secs(70);

/// Screens, EST and the agent's requests.
pub fn portal(app: &Shared) -> Router {
    let routes = Router::new()
        .route("/", get(portal::login::show))
        .route(
            "/login",
            get(portal::login::again).post(portal::login::submit),
        )
        .route(
            "/login/agent",
            get(portal::agent_login::wait::show).post(portal::agent_login::wait::start),
        )
        .route(
            "/login/agent/events",
            get(portal::agent_login::wait::follow),
        )
        .route("/login/agent/open", get(portal::agent_login::code::open))
        .route(
            "/login/agent/refused",
            get(portal::agent_login::code::refused),
        )
        .route(
            "/login/agent/password",
            get(portal::agent_login::password::show).post(portal::agent_login::password::submit),
        )
        .route("/logout", post(portal::login::logout))
        .merge(renewal_pages())
        .merge(company::pages())
        .route(LOGGED_OUT, get(screens::logged_out))
        .route("/top", get(portal::login::top))
        .route(
            "/register/account",
            get(portal::account::show).post(portal::account::submit),
        )
        .route(
            "/register/user",
            get(portal::user::show).post(portal::user::submit),
        )
        .route(
            "/register/confirm",
            get(portal::confirm::show).post(portal::confirm::submit),
        )
        .route("/register/done", get(portal::confirm::done))
        .route(
            company::START,
            get(company::start::show).post(company::start::submit),
        )
        .route(
            "/certificate/identify",
            get(portal::identify::show).post(portal::identify::submit),
        )
        .route(
            Journey::Issue.paths().start,
            get(by_grant::confirm).post(by_grant::request),
        )
        .merge(Journey::Issue.pages())
        .route("/help", get(portal::help::show))
        .route(STYLE, get(screens::style))
        .route(SCRIPT, get(screens::script))
        .route(ICON, get(screens::icon))
        .route("/.well-known/est/cacerts", get(est::cacerts))
        .route("/.well-known/est/csrattrs", get(est::csrattrs))
        .route("/.well-known/est/simpleenroll", post(est::simpleenroll))
        .route("/.well-known/est/staff/cacerts", get(est::cacerts_staff))
        .route(
            "/.well-known/est/staff/simpleenroll",
            post(est::simpleenroll_staff),
        )
        .route(
            Journey::StaffIssue.paths().start,
            get(by_activation_code::form).post(by_activation_code::ask),
        )
        .merge(Journey::StaffIssue.pages())
        .route("/agent/requests/{id}/pickup", post(agent::pick_up))
        .route("/agent/requests/{id}/progress", post(agent::progress))
        .route("/agent/requests/{id}/give-up", post(agent::give_up))
        .route("/agent/logins/{id}/pickup", post(agent::pick_up_login))
        .route("/agent/logins/{id}/progress", post(agent::login_progress));
    finish("portal", app, Some(Realm::Portal), forms(routes))
}

/// Certificate login, renewal and activation, over mutual TLS.
pub fn certificate(app: &Shared) -> Router {
    let routes = Router::new()
        .route("/", get(certificate::login::start))
        .route(
            "/login",
            get(certificate::login::show).post(certificate::login::submit),
        )
        .route("/logout", post(certificate::login::logout))
        .merge(renewal_pages())
        .merge(company::pages())
        .route(LOGGED_OUT, get(screens::logged_out))
        .route("/top", get(certificate::login::top))
        .route(STYLE, get(screens::style))
        .route(SCRIPT, get(screens::script))
        .route(ICON, get(screens::icon))
        .merge(agent_with_certificate(Issuer::Customer))
        .route("/agent/revocations", post(agent::revoke))
        .route("/agent/logins/{id}/proof", post(agent::prove_login));
    let routes = forms(routes).layer(from_fn_with_state(Arc::clone(app), certificate::gate::gate));
    finish("certificate", app, Some(Realm::Certificate), routes)
}

/// Renewal, for who is logged in with a certificate, on either listener.
fn renewal_pages() -> Router<Shared> {
    let start = Journey::Renewal.paths().start;
    Router::new()
        .route(start, get(renewal::confirm).post(renewal::request))
        .merge(Journey::Renewal.pages())
}

/// What the agent does with a certificate of this kind.
fn agent_with_certificate(issuer: Issuer) -> Router<Shared> {
    let routes = Router::new()
        .route(console::gate::REENROLL, post(est::simplereenroll))
        .route(console::gate::ACTIVATE, post(agent::activate));
    let routes = match issuer {
        // Staff renew in the console.
        Issuer::Staff => routes,
        Issuer::Customer => routes.route("/agent/renewals", post(agent::begin_renewal)),
    };
    routes.layer(Extension(issuer))
}

/// The staff console and the API, over mutual TLS: URLs and roles are in the tables of [`console::routes`] and
/// [`api::routes`].
pub fn staff(app: &Shared) -> Router {
    let routes = console::routes::routes()
        .merge(api::routes::routes())
        .merge(agent_with_certificate(Issuer::Staff))
        .route(STYLE, get(screens::style))
        .route(SCRIPT, get(screens::script))
        .route(ICON, get(screens::icon));
    let routes = forms(routes).layer(from_fn_with_state(Arc::clone(app), console::gate::gate));
    finish("staff", app, Some(Realm::Staff), routes)
}

/// CRLs and CA certificates, plain HTTP.
pub fn public(app: &Shared) -> Router {
    let routes = Router::new()
        .route("/crl/{file}", get(public::crls::whole))
        .route("/crl/{ca}/{file}", get(public::crls::shard))
        .route("/ocsp", post(public::ocsp::post))
        .route("/ocsp/", get(public::ocsp::get).post(public::ocsp::post))
        .route("/ocsp/{*request}", get(public::ocsp::get))
        .route("/ca/{file}", get(public::ca::by_name));
    finish("public", app, None, fallbacks(routes))
        .layer(from_fn(public::ocsp::in_kind))
        .layer(from_fn_with_state(OverTls(false), headers::add))
}

/// Health and metrics, plain HTTP on loopback.
pub fn operations(app: &Shared) -> Router {
    let routes = Router::new()
        .route("/healthz", get(operations::healthz))
        .route("/readyz", get(operations::readyz))
        .route("/metrics", get(operations::metrics));
    finish("operations", app, None, fallbacks(routes))
}

fn fallbacks(routes: Router<Shared>) -> Router<Shared> {
    routes
        .fallback(|| async { Failure::from(HttpProblem::NotFound) })
        .method_not_allowed_fallback(|| async { Failure::from(HttpProblem::MethodNotAllowed) })
}

/// Pages: every POST is a form of ours.
fn forms(routes: Router<Shared>) -> Router<Shared> {
    fallbacks(routes).layer(from_fn(form::check))
}

/// The layers of `layer`, innermost first.
fn finish(
    name: &'static str,
    app: &Shared,
    realm: Option<Realm>,
    routes: Router<Shared>,
) -> Router {
    let tls = realm.is_some();
    let body = MaxBody {
        usual: MAX_BODY,
        larger: if realm == Some(Realm::Staff) {
            (&IMPORTS, MAX_IMPORT)
        } else {
            (&[], MAX_BODY)
        },
        time: BODY,
    };
    let around = Frame {
        app: Arc::clone(app),
        realm,
    };
    let routes = routes
        .layer(from_fn(|request, next| in_time(REQUEST, request, next)))
        .layer(from_fn_with_state(body, bound));
    let routes = if realm == Some(Realm::Staff) {
        let early = from_fn_with_state(Arc::clone(app), console::gate::before_a_list);
        routes.layer(early)
    } else {
        routes
    };
    routes
        .layer(from_fn_with_state(Arc::clone(app), throttle::limit))
        .layer(from_fn(|request, next| in_time(IN_ALL, request, next)))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(around, frame))
        .layer(from_fn_with_state(OverTls(tls), headers::add))
        .layer(from_fn_with_state(name, observe::observe))
        .with_state(Arc::clone(app))
}

async fn in_time(limit: Duration, request: Request, next: Next) -> Response {
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Failure::from(HttpProblem::Timeout).into_response(),
    }
}

/// The panic's own text is not for the log: it may quote what a handler held.
fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    Failure::fault(&"a handler panicked").into_response()
}
