//! A lost token of a member of staff: one officer revokes the certificate at once.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;

use super::Person;
use super::gate::Member;
use crate::http::context::{Answer, Cx, Form, see_other};
use crate::http::failure::Failure;
use crate::http::page::{Page, html};
use crate::services::{Refusal, StaffRefusal};

#[derive(Template)]
#[template(path = "staff/revoke.html")]
struct Stop {
    page: Page,
    person: Person,
    id: String,
    name: String,
    number: String,
}

/// `GET /staff/{id}/stop`.
pub async fn form(cx: Cx, member: Member, Path(id): Path<String>) -> Answer {
    let all = cx.app.services.accounts().staff_members().await?;
    let found = all.into_iter().find(|one| one.id == id);
    let unknown = || Failure::Refused(Refusal::Staff(StaffRefusal::StaffUnknown));
    let found = found.ok_or_else(unknown)?;
    let template = Stop {
        page: cx.page(""),
        person: Person::of(&member, cx.lang),
        id: found.id,
        name: found.name,
        number: found.employee_number,
    };
    html(StatusCode::OK, &template)
}

/// `POST /staff/{id}/stop`.
pub async fn submit(cx: Cx, member: Member, Path(id): Path<String>, Form(_): Form) -> Answer {
    let (services, request) = (&cx.app.services, cx.by_staff(&member.0.id));
    services.revoke_staff_certificate(&request, &id).await?;
    Ok(see_other("/staff"))
}
