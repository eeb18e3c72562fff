//! BSMS003, BSMS013 and the same for staff: the agent's progress. Without a script the page reloads itself; with a
//! script it follows the events.

use std::sync::Arc;

use askama::Template;
use axum::http::StatusCode;
use jiff::Timestamp;

use super::{Follower, Journey};
use crate::http::catalogue::enrolment::{self as words, ProgressTexts};
use crate::http::catalogue::word;
use crate::http::console::Person;
use crate::http::context::{Answer, see_other};
use crate::http::events::{Followed, stream, stream_unknown};
use crate::http::lang::Lang;
use crate::http::page::{Page, html};
use crate::http::waiting::{Progress, Waiting, left};
use crate::services::Result;
use crate::services::enrolment::Status;
use crate::services::records::RequestState;

#[derive(Template)]
#[template(path = "enrolment/progress.html")]
struct ProgressPage {
    page: Page,
    journey: Journey,
    texts: ProgressTexts,
    person: Option<Person>,
    /// Whether it is in progress.
    waiting: Option<Waiting>,
}

const fn screen(journey: Journey) -> &'static str {
    match journey {
        Journey::Issue => "BSMS003",
        Journey::Renewal => "BSMS013",
        Journey::StaffIssue | Journey::StaffRenewal => "",
    }
}

/// Progress of a request; none once it is done or has failed.
fn progress(status: &Status, now: Timestamp, lang: Lang) -> Option<Progress> {
    let last = status.progress.as_deref();
    let reached = match status.state {
        RequestState::Created => 1,
        RequestState::PickedUp => 2 + words::beyond(last),
        RequestState::Done | RequestState::Failed => return None,
    };
    Some(Progress {
        reached,
        sentence: words::progress(status.state, last, lang),
        seconds: left(status.deadline, now),
    })
}

/// The page; it continues to the result automatically.
pub async fn show(follower: Follower) -> Answer {
    let cx = &follower.cx;
    let known = follower.known(cx.now).await?;
    let status = follower.status(&known.binding, cx.now).await?;
    let paths = follower.journey.paths();
    if status.state == RequestState::Done || known.successor.is_some() {
        return Ok(see_other(paths.result));
    }
    let mut page = cx.page(screen(follower.journey));
    let waiting = progress(&status, cx.now, cx.lang).map(|progress| Waiting {
        progress,
        steps: words::steps(cx.lang),
        until: word::clock(status.deadline, cx.lang),
        comparison_code: status.comparison_code,
        link: match status.state {
            RequestState::Created => status.link,
            _ => String::new(),
        },
        events: paths.events,
    });
    if waiting.is_none() {
        let code = status.failure_code.as_deref().unwrap_or("agent-failed");
        page = page.saying(words::failure(code, cx.lang));
    }
    let template = ProgressPage {
        page,
        journey: follower.journey,
        texts: words::progress_texts(follower.journey, cx.lang),
        person: follower.person,
        waiting,
    };
    html(StatusCode::OK, &template)
}

/// A request, followed by its browser.
struct Following {
    follower: Follower,
    binding: String,
}

impl Followed for Following {
    async fn progress(&self, now: Timestamp) -> Result<Option<Progress>> {
        let status = self.follower.status(&self.binding, now).await?;
        Ok(progress(&status, now, self.follower.cx.lang))
    }

    async fn lives(&self, now: Timestamp) -> Result<()> {
        self.follower.known(now).await.map(drop)
    }
}

/// The progress as events.
pub async fn follow(follower: Follower) -> Answer {
    let known = follower.known(follower.cx.now).await?;
    // Another browser's request is refused here, before a stream is opened.
    follower.status(&known.binding, follower.cx.now).await?;
    let (app, journey) = (Arc::clone(&follower.cx.app), follower.journey);
    let key = known.binding.clone();
    let following = Following {
        follower,
        binding: known.binding,
    };
    match journey {
        Journey::StaffIssue => stream_unknown(&app, &key, following),
        Journey::Issue | Journey::Renewal | Journey::StaffRenewal => stream(&app, &key, following),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::http::page::sample;
    use crate::services::enrolment::Subject;

    const JOURNEYS: [Journey; 4] = [
        Journey::Issue,
        Journey::Renewal,
        Journey::StaffIssue,
        Journey::StaffRenewal,
    ];

    fn page(journey: Journey, lang: Lang, waiting: Option<(usize, &str)>) -> String {
        let waiting = waiting.map(|(reached, link)| Waiting {
            progress: Progress {
                reached,
                sentence: "p",
                seconds: 42,
            },
            steps: words::steps(lang),
            comparison_code: "123-456".into(),
            until: "12:00:00".into(),
            link: link.into(),
            events: journey.paths().events,
        });
        let person = (journey == Journey::StaffRenewal).then(Person::sample);
        let template = ProgressPage {
            page: sample(lang, screen(journey)),
            journey,
            texts: words::progress_texts(journey, lang),
            person,
            waiting,
        };
        template.render().unwrap()
    }

    #[test]
    fn http_progress_refreshes_by_itself_only_without_script_and_shows_the_link_as_text() {
        for (journey, lang) in JOURNEYS
            .into_iter()
            .flat_map(|journey| [(journey, Lang::Ja), (journey, Lang::En)])
        {
            let text = page(journey, lang, Some((1, "inkan:enroll?bank=b&request=r")));
            let refresh = "<noscript><meta http-equiv=\"refresh\" content=\"2\"></noscript>";
            assert_eq!(text.matches("http-equiv=\"refresh\"").count(), 1);
            assert!(text.contains(refresh) && text.contains("123-456"));
            assert!(
                text.contains("href=\"inkan:enroll?bank=b&#38;request=r\""),
                "{text}"
            );
            let paths = journey.paths();
            assert!(text.contains(&format!("data-events=\"{}\"", paths.events)));
            assert!(text.contains(&format!("href=\"{}\"", paths.start)));
            let screen = screen(journey);
            assert!(screen.is_empty() || text.contains(screen), "{screen}");
            assert!(!page(journey, lang, Some((2, ""))).contains("open-agent"));
            let failed = page(journey, lang, None);
            assert!(!failed.contains("http-equiv") && failed.contains("start-again"));
            assert!(
                journey.is_staff() || failed.contains("agent-download"),
                "without the app, where to get it"
            );
        }
    }

    #[test]
    fn http_progress_marks_what_is_done_and_what_is_next() {
        for reached in 1..=5 {
            let text = page(Journey::Issue, Lang::Ja, Some((reached, "")));
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
            subject: Subject::User("u".into()),
            link: "l".into(),
            comparison_code: "c".into(),
            state,
            progress: progress.map(str::to_owned),
            failure_code: None,
            certificate: None,
            deadline: Timestamp::UNIX_EPOCH,
        };
        let now = Timestamp::UNIX_EPOCH;
        let reached =
            |state, last| progress(&status(state, last), now, Lang::Ja).map(|p| p.reached);
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
