//! BSMS013: how far the agent is with a renewal.

use std::sync::Arc;

use askama::Template;
use axum::http::{HeaderMap, StatusCode};
use jiff::Timestamp;

use super::{status, who};
use crate::http::catalogue;
use crate::http::catalogue::word;
use crate::http::context::{Answer, Cx, see_other};
use crate::http::page::{Page, html};
use crate::http::portal::events::{Followed, stream};
use crate::http::portal::progress::{Progress, Waiting};
use crate::services;
use crate::services::records::RequestState;

#[derive(Template)]
#[template(path = "renew/bsms013.html")]
struct Bsms013 {
    page: Page,
    /// Still under way.
    waiting: Option<Waiting>,
}

/// `GET /renew/progress`: BSMS013, and on to BSMS014 by itself.
pub async fn show(cx: Cx, headers: HeaderMap) -> Answer {
    let renewing = who(&cx).await?;
    let status = status(&cx, &renewing, &headers).await?;
    if status.state == RequestState::Done || renewing.successor.is_some() {
        return Ok(see_other("/renew/result"));
    }
    let mut page = cx.page("BSMS013");
    let waiting = Progress::of(&status, cx.now, cx.lang).map(|progress| Waiting {
        progress,
        steps: catalogue::enrolment::steps(cx.lang),
        until: word::clock(status.deadline, cx.lang),
        comparison_code: status.comparison_code,
        link: match status.state {
            RequestState::Created => status.link,
            _ => String::new(),
        },
        events: "/renew/events",
    });
    if waiting.is_none() {
        let code = status.failure_code.as_deref().unwrap_or("agent-failed");
        page = page.saying(catalogue::enrolment::failure(code, cx.lang));
    }
    html(StatusCode::OK, &Bsms013 { page, waiting })
}

/// A renewal under way.
struct Renewal {
    cx: Cx,
    request: String,
    binding: String,
}

impl Followed for Renewal {
    async fn progress(&self, now: Timestamp) -> services::Result<Option<Progress>> {
        let services = &self.cx.app.services;
        let status = services.request_status(&self.request, &self.binding, now);
        Ok(Progress::of(&status.await?, now, self.cx.lang))
    }

    async fn lives(&self, now: Timestamp) -> services::Result<()> {
        let accounts = self.cx.app.services.accounts();
        let presented = self.cx.peer.certificate.as_deref();
        let lives = accounts.renewing(self.cx.visitor.token(), presented, now);
        lives.await.map(drop)
    }
}

/// `GET /renew/events`.
pub async fn follow(cx: Cx, headers: HeaderMap) -> Answer {
    let renewing = who(&cx).await?;
    let status = status(&cx, &renewing, &headers).await?;
    let app = Arc::clone(&cx.app);
    let binding = renewing.found.session.token_sha256;
    let key = binding.clone();
    let renewal = Renewal {
        cx,
        request: status.id,
        binding,
    };
    stream(&app, &key, renewal)
}
