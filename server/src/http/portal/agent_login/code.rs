//! The address that the agent opens. The browser leaves it at once, with or without success, and it is passed on to no
//! other page.

use std::time::Instant;

use askama::Template;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use super::{LOGIN_COOKIE, PASSWORD};
use crate::http::catalogue;
use crate::http::context::{Answer, Cx, see_other, with_session};
use crate::http::cookie;
use crate::http::failure::Failure;
use crate::http::page::{Page, html};
use crate::http::problem::HttpProblem;
use crate::http::visitor::Realm;
use crate::services::authentication::login::CertificateRefusal;
use crate::services::{Error, Refusal};

/// `GET /login/agent/open?code=…`.
pub async fn open(cx: Cx, method: Method, uri: Uri, headers: HeaderMap) -> Answer {
    // HEAD and prefetch do not use the code.
    if method == Method::HEAD || says(&headers, "sec-purpose", &["prefetch", "prefetch;prerender"])
    {
        return Ok(private(StatusCode::NO_CONTENT.into_response()));
    }
    let address = cx.peer.address.ip();
    if let Err(wait) = cx.app.password_rate.take(address, Instant::now()) {
        return Err(HttpProblem::TooMany { wait }.into());
    }
    let code = query(&uri, "code").unwrap_or_default();
    // The agent opens the address without a page; a page of another site that leads here does not come from the
    // customer's agent.
    let led_here = says(&headers, "sec-fetch-site", &["cross-site", "same-site"]);
    let browser = cookie::find(&headers, LOGIN_COOKIE).filter(|_| !led_here);
    let accounts = cx.app.services.accounts();
    let request = cx.anonymous();
    let brought = accounts.bring_login_code(&request, &code, browser).await;
    let next = match brought {
        Ok(started) => with_session(see_other(PASSWORD), Realm::Portal, started.token.expose()),
        Err(Error::Refused(refusal)) => {
            see_other(&format!("/login/agent/refused?why={}", refusal.code()))
        }
        Err(fault) => return Err(fault.into()),
    };
    Ok(private(next))
}

#[derive(Template)]
#[template(path = "portal/agent_login_refused.html")]
struct RefusedPage {
    page: Page,
    /// Whether it was opened in a browser that had not requested it.
    other_browser: bool,
}

/// `GET /login/agent/refused?why=…`: why the login failed. This address does not contain the code.
pub async fn refused(cx: Cx, uri: Uri) -> Answer {
    let why = query(&uri, "why").and_then(|code| refusal(&code));
    let why = why.ok_or(HttpProblem::NotFound)?;
    let message = match &why {
        Refusal::Certificate(why) => catalogue::certificate::message_by_agent(*why, cx.lang),
        other => catalogue::refusal::message(other, cx.lang),
    };
    let template = RefusedPage {
        page: cx.page("BLGI003").saying(message),
        other_browser: why == Refusal::LoginOtherBrowser,
    };
    html(Failure::from(why).status(), &template)
}

/// The refusals of [`open`].
fn refusal(code: &str) -> Option<Refusal> {
    let certificate = CertificateRefusal::ALL.map(Refusal::Certificate);
    [Refusal::LoginCodeInvalid, Refusal::LoginOtherBrowser]
        .into_iter()
        .chain(certificate)
        .find(|refusal| refusal.code() == code)
}

fn query(uri: &Uri, name: &str) -> Option<String> {
    let pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    pairs
        .into_iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

fn says(headers: &HeaderMap, name: &str, words: &[&str]) -> bool {
    headers
        .get(name)
        .is_some_and(|value| words.iter().any(|word| value == word))
}

/// Sends no referrer, not even to our own pages.
fn private(mut response: Response) -> Response {
    let value = HeaderValue::from_static("no-referrer");
    response
        .headers_mut()
        .insert(header::REFERRER_POLICY, value);
    response
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::http::catalogue::refusal::message;
    use crate::http::lang::Lang;
    use crate::http::page::sample;

    #[test]
    fn http_agent_login_refusals_are_a_closed_list() {
        for code in [
            "login-code-invalid",
            "login-other-browser",
            "certificate-revoked",
        ] {
            assert_eq!(refusal(code).unwrap().code(), code);
        }
        for other in ["", "internal", "<script>", "session-ended"] {
            assert_eq!(refusal(other), None, "{other}");
        }
    }

    #[test]
    fn http_agent_login_in_another_browser_is_explained() {
        for lang in [Lang::Ja, Lang::En] {
            let other_browser = RefusedPage {
                page: sample(lang, "BLGI003").saying(message(&Refusal::LoginOtherBrowser, lang)),
                other_browser: true,
            };
            let text = other_browser.render().unwrap();
            assert!(text.contains("login-other-browser") && text.contains("href=\"/\""));
            assert!(text.contains("id=\"other-browser\""));
        }
    }
}
