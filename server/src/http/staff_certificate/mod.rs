//! Staff certificates with the agent, as pages: for who has no certificate yet on the portal, with what two officers
//! handed over; for who is at the console, the own certificate and its renewal. One way, two doors.
//!
//! - [`handover`]: the door on the portal
//! - [`own`]: the door in the console
//! - [`progress`]: how far the agent is, as a page and as events
//! - this file: what came of it

pub mod handover;
pub mod own;
pub mod progress;

use askama::Template;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::certificate_facts::CertificateFacts;
use super::console::Person;
use super::context::{Answer, Cx, see_other};
use super::cookie;
use super::failure::Failure;
use super::page::{Page, html};
use crate::services::Refusal;
use crate::services::enrolment::request::Status;
use crate::services::records::{Certificate, RequestState};

/// Where it begins on the portal; everything of it is below.
pub const PORTAL: &str = "/staff/certificate";

/// The own certificate in the console.
pub const OWN: &str = "/certificate";

/// Where a renewal is followed in the console; these pages are open to the certificate that it has ended.
pub const RENEWAL: &str = "/certificate/renewal";

/// Which request the pages are about. No secret: a request is told only to the browser that made it.
const REQUEST_COOKIE: &str = "__Host-inkan-staff-request";

/// Which door somebody came through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    Portal,
    Console,
}

impl Door {
    /// Where to begin again.
    fn again(self) -> &'static str {
        match self {
            Self::Portal => PORTAL,
            Self::Console => OWN,
        }
    }

    fn progress(self) -> &'static str {
        match self {
            Self::Portal => "/staff/certificate/progress",
            Self::Console => "/certificate/renewal/progress",
        }
    }

    fn events(self) -> &'static str {
        match self {
            Self::Portal => "/staff/certificate/events",
            Self::Console => "/certificate/renewal/events",
        }
    }

    fn result(self) -> &'static str {
        match self {
            Self::Portal => "/staff/certificate/result",
            Self::Console => "/certificate/renewal/result",
        }
    }
}

#[derive(Template)]
#[template(path = "staff/certificate_done.html")]
struct Done {
    page: Page,
    person: Option<Person>,
    renewed: bool,
    certificate: CertificateFacts,
    console: String,
}

/// On to the page that follows the agent, in the browser that asked.
fn follow(door: Door, status: &Status) -> Response {
    let mut next = see_other(door.progress());
    if let Some(value) = cookie::set(REQUEST_COOKIE, &status.id, None) {
        next.headers_mut()
            .append(axum::http::header::SET_COOKIE, value);
    }
    next
}

/// Where the request of this browser stands.
async fn status(cx: &Cx, headers: &HeaderMap) -> Result<Status, Failure> {
    let request = cookie::find(headers, REQUEST_COOKIE).ok_or(Refusal::OutOfOrder)?;
    let (services, binding) = (&cx.app.services, cx.visitor.token());
    match services
        .staff_request_status(request, binding, cx.now)
        .await
    {
        // Another browser's, or one of long ago: nothing is under way here.
        Err(crate::services::Error::Refused(Refusal::RequestUnknown)) => {
            Err(Refusal::OutOfOrder.into())
        }
        other => Ok(other?),
    }
}

/// The certificate, once it is in use.
fn done(status: Status) -> Result<Certificate, Failure> {
    match (status.state, status.certificate) {
        (RequestState::Done, Some(certificate)) => Ok(certificate),
        _ => Err(Refusal::OutOfOrder.into()),
    }
}

fn result(cx: &Cx, person: Option<Person>, certificate: &Certificate) -> Answer {
    let template = Done {
        page: cx.page(""),
        renewed: person.is_some(),
        person,
        certificate: CertificateFacts::of(certificate, cx.lang)?,
        console: cx.app.site.staff.clone(),
    };
    html(StatusCode::OK, &template)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::http::lang::Lang;
    use crate::http::page::sample;

    #[test]
    fn http_staff_certificate_done_says_where_to_go_and_to_close_the_browser() {
        for lang in [Lang::Ja, Lang::En] {
            for person in [None, Some(Person::sample())] {
                let template = Done {
                    page: sample(lang, ""),
                    renewed: person.is_some(),
                    person,
                    certificate: CertificateFacts {
                        organization: "O".into(),
                        organizational_unit: "OU".into(),
                        common_name: "CN <b>".into(),
                        serial: "0a1b".into(),
                        not_after: "2027".into(),
                    },
                    console: "https://staff.example".into(),
                };
                let text = template.render().unwrap();
                assert!(text.contains("https://staff.example") && text.contains("0a1b"));
                assert!(text.contains(lang.pick("全てのブラウザ", "Close all browser windows")));
                assert!(!text.contains("<b>"), "values are escaped");
            }
        }
    }
}
