//! The halves of an activation code, on paper.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use inkan_pki::secret::Secret;

use super::Person;
use super::gate::Member;
use crate::http::catalogue::word;
use crate::http::context::{Answer, Cx, Form};
use crate::http::page::{Page, html};

#[derive(Template)]
#[template(path = "staff/credential.html")]
struct HalfPage {
    page: Page,
    person: Person,
    name: String,
    number: String,
    user: String,
    secret: Secret,
    second: bool,
    until: String,
}

/// `POST /staff/{id}/credential`: this officer's part, shown once.
pub async fn half(cx: Cx, member: Member, Path(id): Path<String>, Form(_): Form) -> Answer {
    let (accounts, request) = (cx.app.services.accounts(), cx.by_staff(&member.0.id));
    let half = accounts.issue_activation_code_half(&request, &id).await?;
    let template = HalfPage {
        page: cx.page(""),
        person: Person::of(&member, cx.lang),
        name: half.member.name,
        number: half.member.employee_number,
        user: half.member.id,
        secret: half.secret,
        second: half.second,
        until: word::time(half.expires_at, cx.lang),
    };
    html(StatusCode::OK, &template)
}
