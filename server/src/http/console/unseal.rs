//! A security officer unseals the HSM with their own token, or seals it. The share goes from the agent on the officer's PC to the server;
//! the browser only shows how far it is.

use std::sync::Arc;

use askama::Template;
use axum::http::StatusCode;
use jiff::Timestamp;

use super::Person;
use super::gate::Member;
use crate::http::catalogue::unseal as words;
use crate::http::catalogue::word;
use crate::http::context::{Answer, Cx, Form, see_other};
use crate::http::events::{Followed, stream};
use crate::http::lang::Lang;
use crate::http::page::{Page, html};
use crate::http::waiting::{Progress, Waiting, left};
use crate::services::operations::unsealing::{UnsealState, UnsealStatus};
use crate::services::{Result, Services};

/// Where an officer asks, and follows it.
pub const UNSEAL: &str = "/security/unseal";
/// Its events.
pub const EVENTS: &str = "/security/unseal/events";
/// Where an officer seals.
pub const SEAL: &str = "/security/seal";
/// Where it ends.
const SECURITY: &str = "/security";

#[derive(Template)]
#[template(path = "staff/unseal.html")]
struct Unseal {
    page: Page,
    person: Person,
    waiting: Option<Waiting>,
}

#[derive(Template)]
#[template(path = "staff/seal.html")]
struct Seal {
    page: Page,
    person: Person,
}

/// `POST /security/unseal`: a request for the agent.
pub async fn ask(cx: Cx, member: Member, Form(_): Form) -> Answer {
    let (services, request) = (&cx.app.services, cx.by_staff(&member.0.id));
    services.ask_to_unseal(&request).await?;
    Ok(see_other(UNSEAL))
}

fn progress(status: &UnsealStatus, now: Timestamp, lang: Lang) -> Option<Progress> {
    let (reached, sentence) = match status.state {
        UnsealState::Created => (1, words::progress(false, lang)),
        UnsealState::PickedUp => (2, words::progress(true, lang)),
        UnsealState::Done | UnsealState::Failed(_) | UnsealState::Expired => return None,
    };
    Some(Progress {
        reached,
        sentence,
        seconds: left(status.deadline, now),
    })
}

/// `GET /security/unseal`: the request of this officer.
pub async fn show(cx: Cx, member: Member) -> Answer {
    let status = cx.app.services.unseal_request(&member.0.id, cx.now)?;
    let mut page = cx.page("");
    match status.state {
        UnsealState::Done => return Ok(see_other(SECURITY)),
        UnsealState::Failed(refusal) => {
            page = page.saying(words::refused(refusal, cx.lang));
        }
        UnsealState::Expired => page = page.saying(words::expired(cx.lang)),
        UnsealState::Created | UnsealState::PickedUp => {}
    }
    let waiting = progress(&status, cx.now, cx.lang).map(|progress| Waiting {
        progress,
        steps: words::steps(cx.lang),
        until: word::clock(status.deadline, cx.lang),
        comparison_code: status.comparison_code,
        link: match status.state {
            UnsealState::Created => status.link,
            _ => String::new(),
        },
        events: EVENTS,
    });
    let template = Unseal {
        page,
        person: Person::of(&member, cx.lang),
        waiting,
    };
    html(StatusCode::OK, &template)
}

struct Following {
    services: Services,
    staff_id: String,
    lang: Lang,
}

impl Followed for Following {
    async fn progress(&self, now: Timestamp) -> Result<Option<Progress>> {
        let status = self.services.unseal_request(&self.staff_id, now)?;
        Ok(progress(&status, now, self.lang))
    }

    async fn lives(&self, _: Timestamp) -> Result<()> {
        Ok(())
    }
}

/// `GET /security/unseal/events`.
pub async fn follow(cx: Cx, member: Member) -> Answer {
    let staff_id = member.0.id.clone();
    // Nothing to follow is refused here, before a stream is opened.
    cx.app.services.unseal_request(&staff_id, cx.now)?;
    let app = Arc::clone(&cx.app);
    let following = Following {
        services: app.services.clone(),
        staff_id: staff_id.clone(),
        lang: cx.lang,
    };
    stream(&app, &format!("unseal {staff_id}"), following)
}

/// `GET /security/seal`: what sealing means.
pub async fn confirm_seal(cx: Cx, member: Member) -> Answer {
    let template = Seal {
        page: cx.page(""),
        person: Person::of(&member, cx.lang),
    };
    html(StatusCode::OK, &template)
}

/// `POST /security/seal`.
pub async fn seal(cx: Cx, member: Member, Form(_): Form) -> Answer {
    let (services, request) = (&cx.app.services, cx.by_staff(&member.0.id));
    services.seal_from_console(&request).await?;
    Ok(see_other(SECURITY))
}
