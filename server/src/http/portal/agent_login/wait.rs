//! BLGI003: a login is requested, and the agent's progress. Without a script the page reloads itself; with a script it
//! follows the events.

use std::sync::Arc;

use askama::Template;
use axum::http::{HeaderMap, StatusCode, header};
use jiff::Timestamp;

use super::{LOGIN_COOKIE, PASSWORD, WAIT};
use crate::http::catalogue::agent_login::{failure, progress, steps};
use crate::http::catalogue::word;
use crate::http::context::{Answer, Cx, see_other};
use crate::http::cookie;
use crate::http::events::{Followed, stream_unknown};
use crate::http::lang::Lang;
use crate::http::page::{Page, html};
use crate::http::waiting::{Progress, Waiting, left};
use crate::services::authentication::agent_login::request::Status;
use crate::services::records::AgentLoginState;
use crate::services::{Error, Refusal, Result};

const EVENTS: &str = "/login/agent/events";

#[derive(Template)]
#[template(path = "portal/blgi003.html")]
struct Blgi003 {
    page: Page,
    /// Whether it is in progress.
    waiting: Option<Waiting>,
}

/// `POST /login/agent`: 電子証明書アプリでログイン, and やりなおす.
pub async fn start(cx: Cx, headers: HeaderMap) -> Answer {
    let before = cookie::find(&headers, LOGIN_COOKIE);
    let accounts = cx.app.services.accounts();
    let secret = accounts
        .ask_for_agent_login(&cx.anonymous(), before)
        .await?;
    let mut next = see_other(WAIT);
    if let Some(value) = cookie::set(LOGIN_COOKIE, secret.expose(), None) {
        next.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(next)
}

/// `GET /login/agent`: BLGI003; redirects to the password page once the code has arrived.
pub async fn show(cx: Cx, headers: HeaderMap) -> Answer {
    let Some(cookie) = cookie::find(&headers, LOGIN_COOKIE) else {
        return Ok(see_other("/"));
    };
    let accounts = cx.app.services.accounts();
    let status = match accounts.agent_login_status(cookie, cx.now).await {
        // Deleted long ago: nothing is in progress.
        Err(Error::Refused(Refusal::OutOfOrder)) => return Ok(see_other("/")),
        other => other?,
    };
    if status.state == AgentLoginState::Done {
        return Ok(see_other(PASSWORD));
    }
    let mut page = cx.page("BLGI003");
    let waiting = told(&status, cx.now, cx.lang).map(|progress| Waiting {
        progress,
        steps: steps(cx.lang),
        until: word::clock(status.deadline, cx.lang),
        comparison_code: status.comparison_code,
        link: match status.state {
            AgentLoginState::Created => status.link,
            _ => String::new(),
        },
        events: EVENTS,
    });
    if waiting.is_none() {
        let code = status.failure_code.as_deref().unwrap_or("agent-failed");
        page = page.saying(failure(code, cx.lang));
    }
    html(StatusCode::OK, &Blgi003 { page, waiting })
}

/// Progress of a login; none once it is done or has failed.
fn told(status: &Status, now: Timestamp, lang: Lang) -> Option<Progress> {
    let (reached, sentence) = progress(status.state, status.progress.as_deref(), lang)?;
    Some(Progress {
        reached,
        sentence,
        seconds: left(status.deadline, now),
    })
}

/// A login, followed by its browser.
struct Login {
    cx: Cx,
    cookie: String,
}

impl Followed for Login {
    async fn progress(&self, now: Timestamp) -> Result<Option<Progress>> {
        let accounts = self.cx.app.services.accounts();
        let status = accounts.agent_login_status(&self.cookie, now).await?;
        Ok(told(&status, now, self.cx.lang))
    }

    /// It ends by its own deadlines.
    async fn lives(&self, _: Timestamp) -> Result<()> {
        Ok(())
    }
}

/// `GET /login/agent/events`.
pub async fn follow(cx: Cx, headers: HeaderMap) -> Answer {
    let cookie = cookie::find(&headers, LOGIN_COOKIE).ok_or(Refusal::OutOfOrder)?;
    let accounts = cx.app.services.accounts();
    // A cookie without a login request is refused here, before a stream is opened.
    accounts.agent_login_status(cookie, cx.now).await?;
    let cookie = cookie.to_owned();
    let app = Arc::clone(&cx.app);
    let key = cookie.clone();
    stream_unknown(&app, &key, Login { cx, cookie })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::http::page::sample;

    fn page(lang: Lang, reached: usize, link: &str) -> String {
        let waiting = Some(Waiting {
            progress: Progress {
                reached,
                sentence: "p",
                seconds: 42,
            },
            steps: steps(lang),
            comparison_code: "123-456".into(),
            until: "12:00:00".into(),
            link: link.into(),
            events: EVENTS,
        });
        let page = sample(lang, "BLGI003");
        Blgi003 { page, waiting }.render().unwrap()
    }

    #[test]
    fn http_blgi003_shows_link_and_code_and_works_without_script() {
        for lang in [Lang::Ja, Lang::En] {
            let text = page(lang, 1, "inkan:login?bank=b&request=r");
            let refresh = "<noscript><meta http-equiv=\"refresh\" content=\"2\"></noscript>";
            assert!(text.contains(refresh) && text.contains("123-456") && text.contains("BLGI003"));
            assert!(text.contains("href=\"inkan:login?bank=b&#38;request=r\""));
            assert!(text.contains("data-events=\"/login/agent/events\""));
            assert!(text.contains("agent-download"), "where to get the app");
            let list = text.split("<ol class=\"progress\"").nth(1).unwrap();
            let list = list.split("</ol>").next().unwrap();
            assert_eq!(list.matches("<li").count(), 5);
            assert!(!page(lang, 2, "").contains("open-agent"));
            let ended = Blgi003 {
                page: sample(lang, "BLGI003").saying(failure("cancelled", lang)),
                waiting: None,
            };
            let ended = ended.render().unwrap();
            assert!(!ended.contains("http-equiv"));
            assert!(ended.contains("start-again") && ended.contains("action=\"/login/agent\""));
        }
    }
}
