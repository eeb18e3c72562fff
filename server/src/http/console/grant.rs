//! An approved issue that nobody applied for: one person stops it at once.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;

use super::Person;
use super::entry::{proposed_change_form, refused};
use super::gate::Member;
use super::show::{Fact, facts};
use crate::http::catalogue::proposal as words;
use crate::http::context::{Answer, Cx, Form, see_other};
use crate::http::failure::Failure;
use crate::http::form::FormView;
use crate::http::page::{Page, html};
use crate::services::Refusal;
use crate::services::approvals::Kind;
use crate::services::records::Grant;

#[derive(Template)]
#[template(path = "staff/stop_grant.html")]
struct Stop {
    page: Page,
    person: Person,
    about: Vec<Fact>,
    action: String,
    back: String,
    form: FormView,
}

/// `GET /grants/{id}/stop`.
pub async fn form(cx: Cx, member: Member, Path(id): Path<String>) -> Answer {
    let grant = cx.app.services.accounts().grant(&id).await?;
    let (page, form) = (cx.page(""), FormView::default());
    screen(&cx, &member, &grant, StatusCode::OK, page, form).await
}

/// `POST /grants/{id}/stop`.
pub async fn stop(cx: Cx, member: Member, Path(id): Path<String>, Form(fields): Form) -> Answer {
    let (accounts, request) = (cx.app.services.accounts(), cx.by_staff(&member.0.id));
    let form = proposed_change_form(&fields);
    let stopped = accounts.stop_grant(&request, &id, &form).await;
    match stopped.map_err(Failure::from) {
        Ok(grant) => Ok(see_other(&format!("/contracts/{}", grant.contract_id))),
        Err(failure @ Failure::Refused(Refusal::Fields(_) | Refusal::Staff(_))) => {
            let grant = accounts.grant(&id).await?;
            let (page, form) = refused(&cx, &failure, &fields);
            screen(&cx, &member, &grant, failure.status(), page, form).await
        }
        Err(other) => Err(other),
    }
}

async fn screen(
    cx: &Cx,
    member: &Member,
    grant: &Grant,
    status: StatusCode,
    page: Page,
    form: FormView,
) -> Answer {
    let accounts = cx.app.services.accounts();
    let user = grant.user_id.as_deref().ok_or(Refusal::GrantMissing)?;
    let subject = accounts.proposal_subject(Kind::Unlock, user).await?;
    let mut about = words::about(&subject, cx.lang);
    about.extend(words::grant(grant, cx.now, cx.lang));
    let template = Stop {
        page,
        person: Person::of(member, cx.lang),
        about: facts(about),
        action: format!("/grants/{}/stop", grant.id),
        back: format!("/contracts/{}", grant.contract_id),
        form,
    };
    html(status, &template)
}
