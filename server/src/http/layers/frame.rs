//! The frame around a handler: it adds language and browser to the request, and turns a refusal into a page, or into a
//! problem document for a program.

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use inkan_pki::messages::problem::{PROBLEM_JSON, Problem};

use super::group::{Around, Audience};
use crate::http::api;
use crate::http::app::Shared;
use crate::http::browser::Browser;
use crate::http::catalogue::{self, Message};
use crate::http::cookie;
use crate::http::downloads::Platform;
use crate::http::failure::Failure;
use crate::http::lang::{self, Lang};
use crate::http::page::Page;
use crate::http::screens;
use crate::http::visitor::{Realm, Visitor};
use crate::services::Refusal;

/// How long the language is remembered, in seconds.
const LANGUAGE_AGE: u32 = 365 * 24 * 3600;

/// Puts language and visitor into the request, and renders a refusal.
pub async fn frame(State(around): State<Around>, mut request: Request, next: Next) -> Response {
    let chosen = Lang::from_query(request.uri().query());
    let lang = chosen.unwrap_or_else(|| Lang::from_headers(request.headers()));
    request.extensions_mut().insert(lang);
    let browser = Browser::of(request.headers());
    request.extensions_mut().insert(browser);
    let platform = Platform::of(request.headers());
    request.extensions_mut().insert(platform);
    let Audience::Browser(realm) = around.group.audience else {
        let matched = request.extensions().get::<MatchedPath>().cloned();
        let response = next.run(request).await;
        return match failure_in(&response) {
            Some(failure) if around.group.audience == Audience::Api => {
                let allowed = matched
                    .as_ref()
                    .map_or("", |path| api::routes::allowed(path.as_str()));
                api::problem::answer(&failure, allowed, lang)
            }
            Some(failure) => problem(&failure, lang),
            None => response,
        };
    };
    let visitor = match Visitor::of(request.headers(), realm) {
        Ok(visitor) => visitor,
        Err(error) => return problem(&Failure::fault(&error), lang),
    };
    request.extensions_mut().insert(visitor.clone());
    let mut response = next.run(request).await;
    if let Some(failure) = failure_in(&response) {
        response = explained(&around.app, realm, &visitor, browser, &failure, lang);
    }
    if let Some(lang) = chosen {
        append(
            &mut response,
            cookie::set(lang::COOKIE, lang.tag(), Some(LANGUAGE_AGE)),
        );
    }
    if visitor.fresh() && is_html(response.headers()) && !sets(response.headers(), realm.cookie()) {
        append(
            &mut response,
            cookie::set(realm.cookie(), visitor.token(), None),
        );
    }
    response
}

fn failure_in(response: &Response) -> Option<Failure> {
    response.extensions().get::<Failure>().cloned()
}

/// The page for a refusal.
fn explained(
    app: &Shared,
    realm: Realm,
    visitor: &Visitor,
    browser: Browser,
    failure: &Failure,
    lang: Lang,
) -> Response {
    let page = Page {
        lang,
        screen: "",
        form_token: visitor.form_token(),
        message: Some(message(failure, realm == Realm::Certificate, lang)),
        wrong: Vec::new(),
        idle: None,
        browser,
        // A refusal offers no installers.
        platform: Platform::default(),
        site: app.site.clone(),
    };
    let certificate = realm == Realm::Certificate
        && failure
            .headers()
            .contains_key(crate::http::failure::CODE_HEADER);
    let rendered = if certificate {
        let may_issue = match failure {
            Failure::Refused(Refusal::Certificate(why)) => why.may_need_a_new_one(),
            // None was presented.
            _ => true,
        };
        screens::refused_certificate(failure.status(), page, may_issue)
    } else if realm == Realm::Portal && matches!(failure, Failure::Refused(Refusal::SessionEnded)) {
        screens::ended(failure.status(), page)
    } else {
        screens::error(failure.status(), page)
    };
    // A page that cannot be rendered is a fault of the server, logged where it occurs.
    let mut response = rendered.unwrap_or_else(|_| problem(failure, lang));
    response.headers_mut().extend(failure.headers());
    response
}

/// The refusal as text. Where no browser presents certificates, the agent presented this one.
fn message(failure: &Failure, by_browser: bool, lang: Lang) -> Message {
    match failure {
        Failure::Refused(Refusal::Certificate(why)) if !by_browser => {
            catalogue::certificate::message_by_agent(*why, lang)
        }
        other => other.message(lang),
    }
}

/// A problem document (RFC 9457).
pub fn problem(failure: &Failure, lang: Lang) -> Response {
    let Message {
        code,
        sentence,
        next,
    } = message(failure, false, lang);
    let body = Problem {
        code: code.into_owned(),
        title: sentence.into_owned(),
        next: (!next.is_empty()).then(|| next.into_owned()),
    };
    let mut response = (failure.status(), axum::Json(body)).into_response();
    let headers = response.headers_mut();
    headers.extend(failure.headers());
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    response
}

fn append(response: &mut Response, cookie: Option<HeaderValue>) {
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

fn is_html(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"text/html"))
}

fn sets(headers: &HeaderMap, name: &str) -> bool {
    headers.get_all(header::SET_COOKIE).iter().any(|value| {
        value
            .to_str()
            .is_ok_and(|v| v.split_once('=').is_some_and(|(key, _)| key == name))
    })
}
