//! BUSR006 and BUSR007: a colleague is registered, and the temporary passwords are shown once.

use askama::Template;
use axum::http::StatusCode;

use super::operation::{is_mended_here, person};
use super::{USERS, who};
use crate::http::catalogue::company::role_choices;
use crate::http::catalogue::refusal::message_after_confirmation;
use crate::http::catalogue::word;
use crate::http::context::{Answer, Cx, Form};
use crate::http::failure::Failure;
use crate::http::fields::Fields;
use crate::http::form::FormView;
use crate::http::page::{Page, html};
use crate::http::portal::{show_error, show_errors};
use crate::services::accounts::company::newcomer::{Handover, NewcomerForm};
use crate::services::accounts::company::{manages, may_give};
use crate::services::authentication::session::Authenticated;
use crate::services::validation::Field;
use crate::services::{Error, Refusal};

#[derive(Template)]
#[template(path = "company/newcomer.html")]
struct Busr006 {
    page: Page,
    form: FormView,
    roles: Vec<(&'static str, &'static str)>,
}

#[derive(Template)]
#[template(path = "company/handover.html")]
struct Busr007 {
    page: Page,
    start: String,
    facts: Vec<(&'static str, String)>,
    made: Handover,
    until: String,
    back: String,
}

const KEPT: [&str; 6] = [
    "user_name",
    "email",
    "email_again",
    "login_id",
    "login_id_again",
    "role",
];

fn screen(
    cx: &Cx,
    found: &Authenticated,
    status: StatusCode,
    page: Page,
    form: FormView,
) -> Answer {
    // The last of them is the one with the fewest rights.
    let mut roles = role_choices(may_give(found.user.role), cx.lang);
    roles.reverse();
    html(status, &Busr006 { page, form, roles })
}

/// `GET /company/users/new`: BUSR006.
pub async fn form(cx: Cx) -> Answer {
    let found = who(&cx).await?;
    if !manages(found.user.role) {
        return Err(Refusal::RoleMissing.into());
    }
    let page = cx.session_page("BUSR006");
    screen(&cx, &found, StatusCode::OK, page, FormView::default())
}

/// `POST /company/users/new`.
pub async fn submit(cx: Cx, Form(fields): Form) -> Answer {
    let found = who(&cx).await?;
    let (accounts, request) = (cx.app.services.accounts(), cx.by_user(&found.user.id));
    let confirmation = fields.secret("confirmation_password");
    let entered = entered(&fields);
    let done = accounts.add_colleague(&request, &entered, confirmation);
    match done.await {
        Ok(made) => handover(&cx, made),
        Err(Error::Refused(refusal)) if is_mended_here(&refusal) => {
            let message = message_after_confirmation(&refusal, cx.lang);
            let taken = message.sentence.to_string();
            let mut page = cx.session_page("BUSR006").saying(message);
            let mut form = FormView::keeping(&fields, &KEPT);
            match &refusal {
                Refusal::Fields(errors) => show_errors(&mut page, &mut form, errors),
                Refusal::LoginIdTaken => {
                    show_error(&mut page, &mut form, Field::LoginId, taken);
                }
                _ => {}
            }
            screen(&cx, &found, Failure::from(refusal).status(), page, form)
        }
        Err(other) => Err(other.into()),
    }
}

fn entered(fields: &Fields) -> NewcomerForm {
    let text = |name: &str| fields.text(name).to_owned();
    NewcomerForm {
        name: text("user_name"),
        email: text("email"),
        email_again: text("email_again"),
        login_id: text("login_id"),
        login_id_again: text("login_id_again"),
        role: text("role"),
    }
}

/// BUSR007: shown with this response and never again.
pub(super) fn handover(cx: &Cx, made: Handover) -> Answer {
    let until = made.user.temporary_until;
    let template = Busr007 {
        page: cx.session_page("BUSR007"),
        start: format!("{}{}", cx.app.site.portal, super::START),
        facts: person(cx, &made.user),
        until: until.map_or_else(String::new, |until| word::time(until, cx.lang)),
        back: format!("{USERS}/{}", made.user.id),
        made,
    };
    html(StatusCode::OK, &template)
}
