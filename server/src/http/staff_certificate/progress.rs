//! How far the agent is with a staff certificate. Without script the page loads itself again; with script it follows the
//! events.

use std::sync::Arc;

use askama::Template;
use axum::http::StatusCode;
use jiff::Timestamp;

use super::Door;
use crate::http::catalogue::{enrolment as words, word};
use crate::http::console::Person;
use crate::http::context::{Answer, Cx, see_other};
use crate::http::page::{Page, html};
use crate::http::portal::events::{Followed, stream, stream_unknown};
use crate::http::portal::progress::{Progress, Waiting};
use crate::services::enrolment::request::Status;
use crate::services::records::RequestState;
use crate::services::{Refusal, Result};

#[derive(Template)]
#[template(path = "staff/certificate_wait.html")]
struct Wait {
    page: Page,
    person: Option<Person>,
    again: &'static str,
    /// Still under way.
    waiting: Option<Waiting>,
}

pub(super) fn page(cx: &Cx, door: Door, person: Option<Person>, status: Status) -> Answer {
    if status.state == RequestState::Done {
        return Ok(see_other(door.result()));
    }
    let mut page = cx.page("");
    let waiting = Progress::of(&status, cx.now, cx.lang).map(|progress| Waiting {
        progress,
        steps: words::steps(cx.lang),
        until: word::clock(status.deadline, cx.lang),
        comparison_code: status.comparison_code,
        link: match status.state {
            RequestState::Created => status.link,
            _ => String::new(),
        },
        events: door.events(),
    });
    if waiting.is_none() {
        let code = status.failure_code.as_deref().unwrap_or("agent-failed");
        page = page.saying(words::failure(code, cx.lang));
    }
    let template = Wait {
        page,
        person,
        again: door.again(),
        waiting,
    };
    html(StatusCode::OK, &template)
}

/// A request, followed by its browser.
struct Request {
    cx: Cx,
    door: Door,
    id: String,
}

impl Followed for Request {
    async fn progress(&self, now: Timestamp) -> Result<Option<Progress>> {
        let (services, binding) = (&self.cx.app.services, self.cx.visitor.token());
        let status = services
            .staff_request_status(&self.id, binding, now)
            .await?;
        Ok(Progress::of(&status, now, self.cx.lang))
    }

    /// On the portal it ends by its own deadlines; in the console with the right to be there.
    async fn lives(&self, now: Timestamp) -> Result<()> {
        if self.door == Door::Portal {
            return Ok(());
        }
        let presented = self.cx.peer.certificate.as_deref();
        let presented = presented.ok_or(Refusal::SessionEnded)?;
        let accounts = self.cx.app.services.accounts();
        let own = accounts.own_certificate(presented, self.cx.caller(), now);
        own.await.map(drop)
    }
}

pub(super) fn events(cx: Cx, door: Door, status: Status) -> Answer {
    let app = Arc::clone(&cx.app);
    let key = cx.visitor.token().to_owned();
    let request = Request {
        cx,
        door,
        id: status.id,
    };
    match door {
        Door::Portal => stream_unknown(&app, &key, request),
        Door::Console => stream(&app, &key, request),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::http::lang::Lang;
    use crate::http::page::sample;

    #[test]
    fn http_staff_certificate_wait_shows_link_and_code_at_either_door() {
        for lang in [Lang::Ja, Lang::En] {
            for (door, person) in [
                (Door::Portal, None),
                (Door::Console, Some(Person::sample())),
            ] {
                let waiting = Waiting {
                    progress: Progress {
                        reached: 1,
                        sentence: "p",
                        seconds: 42,
                    },
                    steps: words::steps(lang),
                    comparison_code: "123-456".into(),
                    until: "12:00:00".into(),
                    link: "inkan:enroll?bank=b-staff&request=r".into(),
                    events: door.events(),
                };
                let wait = Wait {
                    page: sample(lang, ""),
                    person,
                    again: door.again(),
                    waiting: Some(waiting),
                };
                let text = wait.render().unwrap();
                assert!(text.contains("href=\"inkan:enroll?bank=b-staff&#38;request=r\""));
                assert!(text.contains("123-456") && text.contains(door.events()));
                assert!(text.contains(&format!("href=\"{}\"", door.again())));
            }
        }
    }
}
