//! The staff: names, roles, and possible entries about them.

use askama::Template;
use axum::http::StatusCode;

use super::Person;
use super::gate::Member;
use crate::http::catalogue::{console, word};
use crate::http::context::{Answer, Cx};
use crate::http::page::{Page, html};
use crate::services::records::StaffStatus;

struct MemberLine {
    id: String,
    name: String,
    employee_number: String,
    role: &'static str,
    status: &'static str,
    certificate: bool,
    /// Active and another person: entries about it are possible.
    changeable: bool,
}

#[derive(Template)]
#[template(path = "staff/members.html")]
struct Members {
    page: Page,
    person: Person,
    may_enter: bool,
    members: Vec<MemberLine>,
}

/// `GET /staff`.
pub async fn list(cx: Cx, member: Member) -> Answer {
    let members = cx.app.services.accounts().staff_members().await?;
    let may_enter = member.acts("/staff/new");
    let line = members.into_iter().map(|one| MemberLine {
        role: word::staff_role(one.role, cx.lang),
        status: console::staff_status(one.status, cx.lang),
        certificate: one.certificate_sha256.is_some(),
        changeable: may_enter
            && one.status == StaffStatus::Active
            && one.employee_number != member.0.employee_number,
        id: one.id,
        name: one.name,
        employee_number: one.employee_number,
    });
    let template = Members {
        page: cx.page(""),
        person: Person::of(&member, cx.lang),
        may_enter,
        members: line.collect(),
    };
    html(StatusCode::OK, &template)
}
