//! Every URL of every listener, in groups; a group states what its routes have in common.

use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{any, get, post};
use axum::{Extension, Router};

use super::app::Shared;
use super::enrolment::{Journey, by_activation_code, by_grant, renewal};
use super::failure::Failure;
use super::layers::group::{Audience, Gate, RouteGroup};
use super::layers::headers::{self, OverTls};
use super::problem::HttpProblem;
use super::stack::{grouped, listener, not_found};
use super::visitor::Realm;
use super::{agent, api, certificate, company, console, est, operations, portal, public, screens};
use crate::services::records::Issuer;

/// The stylesheet, on each listener that has pages.
pub const STYLE: &str = "/style.css";

/// The pages' script, on each listener that has pages.
pub const SCRIPT: &str = "/screens.js";

/// The icon, on each listener that has pages.
pub const ICON: &str = "/icon.svg";

/// Where a logout ends.
pub const LOGGED_OUT: &str = "/logged-out";

/// Endpoints for programs, with problem documents instead of pages.
const PROGRAMS: RouteGroup = RouteGroup::open(Audience::Program);

/// The agent's and EST's paths that no route matches: programs get a problem document for them, too.
const UNKNOWN: [&str; 4] = [
    "/agent/",
    "/agent/{*unknown}",
    "/.well-known/",
    "/.well-known/{*unknown}",
];

/// Screens, EST and the agent's requests.
pub fn portal(app: &Shared) -> Router {
    let pages = RouteGroup::open(Audience::Browser(Realm::Portal));
    let routes = not_found(app, pages)
        .merge(grouped(app, pages, portal_pages()))
        .merge(grouped(app, pages.with_passwords(), portal_passwords()))
        .merge(grouped(app, PROGRAMS, portal_programs()));
    listener("portal", OverTls(true), app, routes)
}

fn portal_pages() -> Router<Shared> {
    Router::new()
        .route("/", get(portal::login::show))
        .route(
            "/login/agent/events",
            get(portal::agent_login::wait::follow),
        )
        .route("/login/agent/open", get(portal::agent_login::code::open))
        .route(
            "/login/agent/refused",
            get(portal::agent_login::code::refused),
        )
        .route("/logout", post(portal::login::logout))
        .route(LOGGED_OUT, get(screens::logged_out))
        .route("/top", get(portal::login::top))
        .route(
            "/register/confirm",
            get(portal::confirm::show).post(portal::confirm::submit),
        )
        .route("/register/done", get(portal::confirm::done))
        .route("/help", get(portal::help::show))
        .merge(Journey::Issue.pages())
        .merge(Journey::Renewal.pages())
        .merge(Journey::StaffIssue.pages())
        .merge(files())
}

/// Forms that carry a password or write a row whenever they are sent.
fn portal_passwords() -> Router<Shared> {
    Router::new()
        .route(
            "/login",
            get(portal::login::again).post(portal::login::submit),
        )
        .route(
            "/login/agent",
            get(portal::agent_login::wait::show).post(portal::agent_login::wait::start),
        )
        .route(
            "/login/agent/password",
            get(portal::agent_login::password::show).post(portal::agent_login::password::submit),
        )
        .route(
            "/register/account",
            get(portal::account::show).post(portal::account::submit),
        )
        .route(
            "/register/user",
            get(portal::user::show).post(portal::user::submit),
        )
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
        .route(
            Journey::StaffIssue.paths().start,
            get(by_activation_code::form).post(by_activation_code::ask),
        )
        .merge(begin_renewal())
        .merge(company::pages())
}

fn portal_programs() -> Router<Shared> {
    let routes = Router::new()
        .route("/.well-known/est/cacerts", get(est::cacerts))
        .route("/.well-known/est/csrattrs", get(est::csrattrs))
        .route("/.well-known/est/simpleenroll", post(est::simpleenroll))
        .route("/.well-known/est/staff/cacerts", get(est::cacerts_staff))
        .route(
            "/.well-known/est/staff/simpleenroll",
            post(est::simpleenroll_staff),
        )
        .route("/agent/requests/{id}/pickup", post(agent::pick_up))
        .route("/agent/requests/{id}/progress", post(agent::progress))
        .route("/agent/requests/{id}/give-up", post(agent::give_up))
        .route("/agent/logins/{id}/pickup", post(agent::pick_up_login))
        .route("/agent/logins/{id}/progress", post(agent::login_progress))
        .route("/agent/unseals/{id}/pickup", post(agent::pick_up_unseal));
    and_unknown(routes, &UNKNOWN)
}

/// Certificate login, renewal and activation, over mutual TLS.
pub fn certificate(app: &Shared) -> Router {
    let open = RouteGroup::open(Audience::Browser(Realm::Certificate));
    let pages = open.behind(Gate::Customer);
    let renewed = open.behind(Gate::CustomerRenewed);
    let logged_in = Router::new()
        .route("/", get(certificate::login::start))
        .route("/top", get(certificate::login::top));
    let login = Router::new()
        .route(
            "/login",
            get(certificate::login::show).post(certificate::login::submit),
        )
        .merge(company::pages());
    let after_renewal = Router::new()
        .route("/logout", post(certificate::login::logout))
        .route(LOGGED_OUT, get(screens::logged_out))
        .merge(Journey::Renewal.pages());
    let programs = agent_with_certificate(Issuer::Customer)
        .route("/agent/revocations", post(agent::revoke))
        .route("/agent/logins/{id}/proof", post(agent::prove_login));
    let routes = not_found(app, pages)
        .merge(grouped(app, pages, logged_in))
        .merge(grouped(app, pages.with_passwords(), login))
        .merge(grouped(app, renewed, after_renewal))
        .merge(grouped(app, renewed.with_passwords(), begin_renewal()))
        .merge(grouped(app, open, files()))
        .merge(grouped(app, PROGRAMS, and_unknown(programs, &UNKNOWN)));
    listener("certificate", OverTls(true), app, routes)
}

/// Renewal, for users logged in with a certificate, on either listener.
fn begin_renewal() -> Router<Shared> {
    Router::new().route(
        Journey::Renewal.paths().start,
        get(renewal::confirm).post(renewal::request),
    )
}

/// The agent's requests with a certificate of this kind. The handlers check the certificate: activation accepts one
/// that is not active yet.
fn agent_with_certificate(issuer: Issuer) -> Router<Shared> {
    let routes = Router::new()
        .route("/.well-known/est/simplereenroll", post(est::simplereenroll))
        .route("/agent/activate", post(agent::activate));
    let routes = match issuer {
        // Staff renew in the console.
        Issuer::Staff => routes
            .route(
                "/agent/unseals/{id}/sealed-share",
                post(agent::officers_share),
            )
            .route("/agent/unseals/{id}/share", post(agent::take_share)),
        Issuer::Customer => routes.route("/agent/renewals", post(agent::begin_renewal)),
    };
    routes.layer(Extension(issuer))
}

/// The staff console and the API, over mutual TLS: URLs and roles are in the tables of [`console::routes`] and
/// [`api::routes`].
pub fn staff(app: &Shared) -> Router {
    let open = RouteGroup::open(Audience::Browser(Realm::Staff));
    let pages = open.behind(Gate::Staff);
    let api = RouteGroup::open(Audience::Api).behind(Gate::Staff);
    let operations = and_unknown(api::routes::routes(), &api::routes::UNKNOWN);
    let programs = and_unknown(agent_with_certificate(Issuer::Staff), &UNKNOWN);
    let routes = not_found(app, pages)
        .merge(grouped(app, pages, console::routes::routes()))
        .merge(grouped(
            app,
            pages.with_import(),
            console::routes::imports(),
        ))
        .merge(grouped(app, api, operations))
        .merge(grouped(app, api.with_import(), api::routes::imports()))
        .merge(grouped(app, open, files()))
        .merge(grouped(app, PROGRAMS, programs));
    listener("staff", OverTls(true), app, routes)
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
    plain("public", app, routes)
        .layer(from_fn(public::ocsp::in_kind))
        .layer(from_fn_with_state(OverTls(false), headers::add))
}

/// Health and metrics, plain HTTP on loopback.
pub fn operations(app: &Shared) -> Router {
    let routes = Router::new()
        .route("/healthz", get(operations::healthz))
        .route("/readyz", get(operations::readyz))
        .route("/metrics", get(operations::metrics));
    plain("operations", app, routes)
}

/// A listener without TLS.
fn plain(name: &'static str, app: &Shared, routes: Router<Shared>) -> Router {
    let group = RouteGroup::open(Audience::Public);
    let routes = not_found(app, group).merge(grouped(app, group, routes));
    listener(name, OverTls(false), app, routes)
}

/// Files that every page needs, including pages of refusals.
fn files() -> Router<Shared> {
    Router::new()
        .route(STYLE, get(screens::style))
        .route(SCRIPT, get(screens::script))
        .route(ICON, get(screens::icon))
}

/// Also handles paths that look like endpoints for programs and do not exist.
fn and_unknown(routes: Router<Shared>, unknown: &[&str]) -> Router<Shared> {
    let not_found = || async { Failure::from(HttpProblem::NotFound) };
    unknown
        .iter()
        .fold(routes, |routes, path| routes.route(path, any(not_found)))
}
