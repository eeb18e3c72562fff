//! Whether the token is there: a staff certificate is proved by the handshake of the connection, and a connection lasts.
//!
//! - **Idle**: after some time without use the console shows nothing, until somebody continues deliberately.
//! - **Confirmation**: a decision, or a page with a secret ([`Right::confirmed`]), needs a connection with a fresh
//!   handshake. On an older one the browser gets a page with the same form and the connection is closed, so that
//!   sending the form opens a new one; a program gets the code `fresh-handshake-required`. Sessions are not resumed
//!   here, so every handshake is a signature of the token.
//!
//! [`Right::confirmed`]: super::routes::Right::confirmed

use std::time::{Duration, Instant};

use askama::Template;
use axum::extract::{FromRequestParts, MatchedPath, Request};
use axum::http::Method;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use inkan_pki::x509::fingerprint::sha256_hex;
use jiff::SignedDuration;

use super::Person;
use super::gate::Member;
use super::routes;
use crate::http::app::Shared;
use crate::http::context::{Answer, Cx, Form, see_other};
use crate::http::failure::Failure;
use crate::http::layers::form::TOKEN_FIELD;
use crate::http::layers::group::{Around, Audience};
use crate::http::listen::Peer;
use crate::http::page::{Page, html};
use crate::http::problem::HttpProblem;
use crate::http::visitor::Visitor;

/// Where an idle console is continued.
pub const CONTINUE: &str = "/continue";

/// How long a handshake with the token counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Presence {
    /// After this time without use the console pauses.
    pub idle: SignedDuration,
    /// A decision, or a page with a secret, needs a handshake younger than this.
    pub handshake: Duration,
}

impl Default for Presence {
    fn default() -> Self {
        Self {
            idle: SignedDuration::from_mins(15),
            handshake: Duration::from_secs(120),
        }
    }
}

/// Requires a fresh handshake: before a decision, before a secret is shown, before a staff account is unlocked.
///
/// # Errors
/// [`HttpProblem::FreshHandshakeRequired`]; the other connections of the certificate are closed, so that the next
/// request uses a new one.
pub fn require_fresh_handshake(
    peer: &Peer,
    limit: Duration,
    now: Instant,
) -> Result<(), HttpProblem> {
    if peer.is_fresh(limit, now) {
        return Ok(());
    }
    peer.close_others();
    Err(HttpProblem::FreshHandshakeRequired)
}

/// Put into the request of a browser whose form is to be sent again.
#[derive(Clone)]
struct OnceMore(Shared);

/// Called by the gate for an admitted caller: checks that the console is not idle, and that the handshake is fresh enough.
///
/// # Errors
/// The response instead of the requested one.
pub(super) async fn check(around: &Around, parts: &mut Parts) -> Result<(), Response> {
    let (app, api) = (&around.app, around.group.audience == Audience::Api);
    let found = &parts.extensions;
    let (Some(peer), Some(path)) = (
        found.get::<Peer>().cloned(),
        found.get::<MatchedPath>().cloned(),
    ) else {
        return Ok(());
    };
    let path = path.as_str();
    if !api && path != CONTINUE && !in_use(app, parts, &peer).await? {
        peer.close_others();
        let page = left_alone(app, parts).await;
        return Err(page.unwrap_or_else(IntoResponse::into_response));
    }
    if routes::is_confirmed(&parts.method, path) {
        let limit = app.presence.handshake;
        if let Err(problem) = require_fresh_handshake(&peer, limit, Instant::now()) {
            if api {
                return Err(Failure::from(problem).into_response());
            }
            parts.extensions.insert(OnceMore(app.clone()));
        }
    }
    Ok(())
}

/// A browser that was just opened starts anew: its handshake is what continuing would require.
async fn in_use(app: &Shared, parts: &Parts, peer: &Peer) -> Result<bool, Response> {
    let Some(certificate) = &peer.certificate else {
        return Ok(true);
    };
    let refused = |error| Failure::from(error).into_response();
    let (accounts, now) = (app.services.accounts(), app.clock.now());
    let certificate = sha256_hex(certificate);
    let visitor = parts.extensions.get::<Visitor>();
    let opened = visitor.is_none_or(Visitor::fresh);
    let begins = opened && peer.is_fresh(app.presence.handshake, Instant::now());
    let idle = if begins {
        SignedDuration::MAX
    } else {
        app.presence.idle
    };
    let noted = accounts.note_console_use(&certificate, idle, now);
    noted.await.map_err(refused)
}

#[derive(Template)]
#[template(path = "staff/once_more.html")]
struct OnceMorePage {
    page: Page,
    person: Person,
    action: String,
    fields: Vec<(String, String)>,
    /// The console was idle, in contrast to a required confirmation.
    paused: bool,
}

/// For the routes of [`super::routes::Right::confirmed`]: the form again, if the gate requires it.
pub(super) async fn once_more(request: Request, next: Next) -> Response {
    let Some(OnceMore(app)) = request.extensions().get::<OnceMore>().cloned() else {
        return next.run(request).await;
    };
    let (mut parts, _) = request.into_parts();
    let page = form_again(&app, &mut parts).await;
    page.unwrap_or_else(IntoResponse::into_response)
}

async fn form_again(app: &Shared, parts: &mut Parts) -> Answer {
    let Form(fields) = Form::from_request_parts(parts, app).await?;
    let fields = fields.texts().filter(|(name, _)| *name != TOKEN_FIELD);
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let action = parts.uri.path().to_owned();
    let fields = fields.collect();
    let problem = HttpProblem::FreshHandshakeRequired;
    page(app, parts, problem, action, fields, false).await
}

async fn left_alone(app: &Shared, parts: &mut Parts) -> Answer {
    let seen = parts.uri.path_and_query().map(|place| place.as_str());
    let seen = seen.filter(|_| parts.method == Method::GET);
    let fields = vec![("to".to_owned(), seen.unwrap_or("/").to_owned())];
    let (problem, action) = (HttpProblem::ConsoleIdle, CONTINUE.to_owned());
    page(app, parts, problem, action, fields, true).await
}

async fn page(
    app: &Shared,
    parts: &mut Parts,
    problem: HttpProblem,
    action: String,
    fields: Vec<(String, String)>,
    paused: bool,
) -> Answer {
    let cx = Cx::from_request_parts(parts, app).await?;
    let member = Member::from_request_parts(parts, app).await?;
    let failure = Failure::from(problem);
    let template = OnceMorePage {
        page: cx.page("").saying(failure.message(cx.lang)),
        person: Person::of(&member, cx.lang),
        action,
        fields,
        paused,
    };
    let mut response = html(failure.status(), &template)?;
    response.headers_mut().extend(failure.headers());
    Ok(response)
}

/// `POST /continue`: the console is in use again, from where it was.
pub async fn resume(cx: Cx, Form(fields): Form) -> Answer {
    let certificate = sha256_hex(&cx.certificate()?);
    let accounts = cx.app.services.accounts();
    accounts.begin_console_use(&certificate, cx.now).await?;
    let to = fields.text("to");
    let ours = to.starts_with('/') && !to.starts_with("//") && !to.contains('\\');
    Ok(see_other(if ours { to } else { "/" }))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use axum::http::StatusCode;

    #[test]
    fn http_staff_a_handshake_counts_for_so_long() {
        let (now, limit) = (Instant::now(), Duration::from_secs(120));
        let peer = Peer::new("192.0.2.1:1".parse().unwrap(), None, now);
        let after = |seconds| {
            let then = now + Duration::from_secs(seconds);
            require_fresh_handshake(&peer, limit, then)
        };
        assert_eq!(after(0), Ok(()));
        assert_eq!(after(119), Ok(()));
        assert_eq!(after(120), Err(HttpProblem::FreshHandshakeRequired));
        assert_eq!(
            Failure::from(HttpProblem::FreshHandshakeRequired).status(),
            StatusCode::FORBIDDEN
        );
    }
}
