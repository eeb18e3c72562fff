//! BSMS003: how far the agent is. Without script the page loads itself again;
//! with script it follows [`super::events`].

use askama::Template;
use axum::http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::Serialize;

use super::issue::status;
use crate::http::catalogue;
use crate::http::catalogue::word;
use crate::http::context::{Answer, Cx, see_other};
use crate::http::lang::Lang;
use crate::http::page::{Page, html};
use crate::services::enrolment::request::Status;
use crate::services::records::RequestState;

/// What changes while the customer waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::http) struct Progress {
    /// Steps that are done, of the steps shown.
    pub reached: usize,
    /// As text.
    pub sentence: &'static str,
    /// Seconds left for the step the customer is at.
    pub seconds: i64,
}

impl Progress {
    /// Of a request under way; none once it is done or has failed.
    pub(in crate::http) fn of(status: &Status, now: Timestamp, lang: Lang) -> Option<Self> {
        let reached = match status.state {
            RequestState::Created => 1,
            RequestState::PickedUp => 2 + catalogue::enrolment::beyond(status.progress.as_deref()),
            RequestState::Done | RequestState::Failed => return None,
        };
        Some(Self {
            reached,
            sentence: catalogue::enrolment::progress(
                status.state,
                status.progress.as_deref(),
                lang,
            ),
            seconds: left(status.deadline, now),
        })
    }
}

#[derive(Template)]
#[template(path = "issue/bsms003.html")]
struct Bsms003 {
    page: Page,
    /// Still under way.
    waiting: Option<Waiting>,
}

/// What a page shows while the agent is at work.
pub(in crate::http) struct Waiting {
    pub(in crate::http) progress: Progress,
    pub(in crate::http) steps: &'static [&'static str],
    pub(in crate::http) comparison_code: String,
    pub(in crate::http) until: String,
    /// The `inkan:` link; empty once the agent has picked the request up.
    pub(in crate::http) link: String,
    /// Where the same is told as events.
    pub(in crate::http) events: &'static str,
}

/// Seconds from now to then, not below none.
pub(in crate::http) fn left(deadline: Timestamp, now: Timestamp) -> i64 {
    deadline.duration_since(now).as_secs().max(0)
}

/// `GET /certificate/progress`: BSMS003, and on to BSMS004 by itself.
pub async fn show(cx: Cx, headers: HeaderMap) -> Answer {
    let status = status(&cx, &headers).await?;
    if status.state == RequestState::Done {
        return Ok(see_other("/certificate/result"));
    }
    let mut page = cx.page("BSMS003");
    let waiting = Progress::of(&status, cx.now, cx.lang).map(|progress| Waiting {
        progress,
        steps: catalogue::enrolment::steps(cx.lang),
        until: word::clock(status.deadline, cx.lang),
        comparison_code: status.comparison_code,
        link: match status.state {
            RequestState::Created => status.link,
            _ => String::new(),
        },
        events: "/certificate/events",
    });
    if waiting.is_none() {
        let code = status.failure_code.as_deref().unwrap_or("agent-failed");
        page = page.saying(catalogue::enrolment::failure(code, cx.lang));
    }
    html(StatusCode::OK, &Bsms003 { page, waiting })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::http::page::sample;

    fn page(lang: Lang, reached: usize, link: &str) -> String {
        let waiting = Waiting {
            progress: Progress {
                reached,
                sentence: "p",
                seconds: 42,
            },
            steps: catalogue::enrolment::steps(lang),
            comparison_code: "123-456".into(),
            until: "12:00:00".into(),
            link: link.into(),
            events: "/certificate/events",
        };
        let page = sample(lang, "BSMS003");
        let waiting = Some(waiting);
        Bsms003 { page, waiting }.render().unwrap()
    }

    #[test]
    fn http_bsms003_refreshes_by_itself_only_without_script_and_shows_the_link_as_text() {
        for lang in [Lang::Ja, Lang::En] {
            let text = page(lang, 1, "inkan:enroll?bank=b&request=r");
            let refresh = "<noscript><meta http-equiv=\"refresh\" content=\"2\"></noscript>";
            assert_eq!(text.matches("http-equiv=\"refresh\"").count(), 1);
            assert!(text.contains(refresh) && text.contains("123-456"));
            assert!(
                text.contains("href=\"inkan:enroll?bank=b&#38;request=r\""),
                "{text}"
            );
            assert!(!page(lang, 2, "").contains("open-agent"));
            let failed = Bsms003 {
                page: sample(lang, "BSMS003"),
                waiting: None,
            };
            let failed = failed.render().unwrap();
            assert!(!failed.contains("http-equiv") && failed.contains("start-again"));
            assert!(
                failed.contains("agent-download"),
                "without the app, where to get it"
            );
        }
    }

    #[test]
    fn http_bsms003_marks_what_is_done_and_what_is_next() {
        for reached in 1..=5 {
            let text = page(Lang::Ja, reached, "");
            let list = text.split("<ol class=\"progress\"").nth(1).unwrap();
            let list = list.split("</ol>").next().unwrap();
            assert_eq!(list.matches("<li class=\"done\"").count(), reached);
            assert_eq!(list.matches("<li class=\"current\"").count(), 1);
            assert_eq!(list.matches("<li").count(), 6);
        }
    }

    #[test]
    fn http_progress_knows_every_step_of_the_agent() {
        let status = |state, progress: Option<&str>| Status {
            id: "i".into(),
            link: "l".into(),
            comparison_code: "c".into(),
            state,
            progress: progress.map(str::to_owned),
            failure_code: None,
            certificate: None,
            deadline: Timestamp::UNIX_EPOCH,
        };
        let now = Timestamp::UNIX_EPOCH;
        let reached = |state, progress| {
            Progress::of(&status(state, progress), now, Lang::Ja).map(|p| p.reached)
        };
        use RequestState::{Created, Done, Failed, PickedUp};
        assert_eq!(reached(Created, None), Some(1));
        assert_eq!(reached(PickedUp, None), Some(2));
        assert_eq!(reached(PickedUp, Some("token-chosen")), Some(3));
        assert_eq!(reached(PickedUp, Some("key-made")), Some(4));
        assert_eq!(reached(PickedUp, Some("certificate-written")), Some(5));
        assert_eq!(reached(Done, Some("certificate-written")), None);
        assert_eq!(reached(Failed, None), None);
    }
}
