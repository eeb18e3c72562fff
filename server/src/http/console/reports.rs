//! What staff should follow up: certificates that expire soon, undelivered mail.

use askama::Template;
use axum::http::StatusCode;

use super::Person;
use super::gate::Member;
use crate::http::catalogue::word;
use crate::http::context::{Answer, Cx};
use crate::http::page::{Page, html};

/// Lines of a report.
const LINES: u16 = 500;

struct Expiring {
    href: String,
    login_id: String,
    user_name: String,
    company_name: String,
    email: String,
    until: String,
}

struct Failed {
    href: String,
    login_id: String,
    company_name: String,
    address: String,
    changed: bool,
    given_up: String,
    error: String,
    reply: String,
}

#[derive(Template)]
#[template(path = "staff/reports.html")]
struct Reports {
    page: Page,
    person: Person,
    expiring: Vec<Expiring>,
    failed: Vec<Failed>,
}

/// `GET /reports`.
pub async fn show(cx: Cx, member: Member) -> Answer {
    let accounts = cx.app.services.accounts();
    let expiring = accounts
        .expiring_certificates(i64::from(LINES), cx.now)
        .await?;
    let failed = accounts.failed_messages(LINES).await?;
    let template = Reports {
        page: cx.page(""),
        person: Person::of(&member, cx.lang),
        expiring: expiring
            .into_iter()
            .map(|one| Expiring {
                href: format!("/users/{}", one.user_id),
                until: word::date(one.not_after, cx.lang),
                login_id: one.login_id,
                user_name: one.user_name,
                company_name: one.company_name,
                email: one.email,
            })
            .collect(),
        failed: failed
            .into_iter()
            .map(|one| Failed {
                href: format!("/users/{}", one.user_id),
                login_id: one.login_id,
                company_name: one.company_name,
                address: one.address,
                changed: one.address_changed,
                given_up: word::time(one.given_up_at, cx.lang),
                error: one.error,
                reply: one.reply,
            })
            .collect(),
    };
    html(StatusCode::OK, &template)
}
