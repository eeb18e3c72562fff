//! BLIS006: the user's data.

use askama::Template;
use axum::http::StatusCode;

use super::{account, show_error, show_errors};
use crate::http::catalogue::field::half_width;
use crate::http::context::{Answer, Cx, Form, see_other};
use crate::http::failure::Failure;
use crate::http::fields::Fields;
use crate::http::form::FormView;
use crate::http::page::{Page, html};
use crate::services::Refusal;
use crate::services::accounts::registration::UserForm;
use crate::services::validation::Field;

#[derive(Template)]
#[template(path = "registration/blis006.html")]
struct Blis006 {
    page: Page,
    form: FormView,
    password_hint: String,
}

const KEPT: [&str; 5] = [
    "user_name",
    "email",
    "email_again",
    "login_id",
    "login_id_again",
];

fn screen(cx: &Cx, status: StatusCode, page: Page, form: FormView) -> Answer {
    let length = cx.app.services.settings().passwords.length;
    let template = Blis006 {
        page,
        form,
        password_hint: half_width(length.min, length.max, cx.lang),
    };
    html(status, &template)
}

/// `GET /register/user`.
pub async fn show(cx: Cx) -> Answer {
    let accounts = cx.app.services.accounts();
    let view = accounts.registration(cx.visitor.token(), cx.now).await?;
    let mut form = FormView::default();
    if let Some(user) = view.user {
        form.set("user_name", user.name);
        form.set("email_again", user.email.as_str());
        form.set("email", user.email);
        form.set("login_id_again", user.login_id.as_str());
        form.set("login_id", user.login_id);
    }
    screen(&cx, StatusCode::OK, cx.session_page("BLIS006"), form)
}

/// `POST /register/user`.
pub async fn submit(cx: Cx, Form(fields): Form) -> Answer {
    match fields.text("action") {
        "stop" => return account::stop(&cx).await,
        "back" => return Ok(see_other("/register/account")),
        _ => {}
    }
    let accounts = cx.app.services.accounts();
    let done = accounts
        .submit_user(cx.visitor.token(), entered(&fields), cx.now)
        .await;
    match done.map_err(Failure::from) {
        Ok(()) => Ok(see_other("/register/confirm")),
        Err(failure) => refused(&cx, &fields, failure),
    }
}

/// Refusals of the entry are shown on the page; others end it.
fn refused(cx: &Cx, fields: &Fields, failure: Failure) -> Answer {
    let message = failure.message(cx.lang);
    let mut form = FormView::keeping(fields, &KEPT);
    let taken = message.sentence.to_string();
    let mut page = cx.session_page("BLIS006").saying(message);
    match &failure {
        Failure::Refused(Refusal::Fields(errors)) => show_errors(&mut page, &mut form, errors),
        Failure::Refused(Refusal::LoginIdTaken) => {
            show_error(&mut page, &mut form, Field::LoginId, taken);
        }
        _ => return Err(failure),
    }
    screen(cx, failure.status(), page, form)
}

fn entered(fields: &Fields) -> UserForm {
    let text = |name: &str| fields.text(name).to_owned();
    UserForm {
        name: text("user_name"),
        email: text("email"),
        email_again: text("email_again"),
        login_id: text("login_id"),
        login_id_again: text("login_id_again"),
        login_password: fields.secret("login_password"),
        login_password_again: fields.secret("login_password_again"),
        confirmation_password: fields.secret("confirmation_password"),
        confirmation_password_again: fields.secret("confirmation_password_again"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::http::lang::Lang;
    use crate::http::page::sample;

    #[test]
    fn http_blis006_has_four_password_fields_without_values() {
        for lang in [Lang::Ja, Lang::En] {
            let submitted =
                "user_name=%E3%83%87&email=a&login_password=secret1&login_password_again=x";
            let fields = Fields::parse(submitted.as_bytes()).unwrap();
            let form = FormView::keeping(&fields, &KEPT);
            let template = Blis006 {
                page: sample(lang, "BLIS006"),
                form,
                password_hint: half_width(6, 12, lang),
            };
            let text = template.render().unwrap();
            assert!(text.contains("value=\"デ\"") && !text.contains("secret1"));
            assert_eq!(text.matches("type=\"password\"").count(), 4);
            for button in ["value=\"next\"", "value=\"back\"", "value=\"stop\""] {
                assert!(text.contains(button));
            }
        }
    }
}
