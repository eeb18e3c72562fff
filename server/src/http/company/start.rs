//! BLIS007: 利用開始登録. A user whom a colleague registered chooses their own passwords; it ends on BLIS004.

use askama::Template;
use axum::http::StatusCode;

use crate::http::catalogue::field::half_width;
use crate::http::context::{Answer, Cx, Form, see_other, with_session};
use crate::http::failure::Failure;
use crate::http::form::FormView;
use crate::http::page::{Page, html};
use crate::http::portal::show_errors;
use crate::http::visitor::Realm;
use crate::services::Refusal;
use crate::services::accounts::company::start::StartForm;
use crate::services::records::Language;

#[derive(Template)]
#[template(path = "company/start.html")]
struct Blis007 {
    page: Page,
    form: FormView,
    password_hint: String,
}

fn screen(cx: &Cx, status: StatusCode, page: Page, form: FormView) -> Answer {
    let length = cx.app.services.settings().passwords.length;
    let template = Blis007 {
        page,
        form,
        password_hint: half_width(length.min, length.max, cx.lang),
    };
    html(status, &template)
}

/// `GET /register/colleague`.
pub async fn show(cx: Cx) -> Answer {
    let page = cx.page("BLIS007");
    screen(&cx, StatusCode::OK, page, FormView::default())
}

/// `POST /register/colleague`.
pub async fn submit(cx: Cx, Form(fields): Form) -> Answer {
    let form = StartForm {
        login_id: fields.text("login_id").to_owned(),
        temp_login: fields.secret("temporary_login_password"),
        temp_confirmation: fields.secret("temporary_confirmation_password"),
        login: fields.secret("login_password"),
        login_again: fields.secret("login_password_again"),
        confirmation: fields.secret("confirmation_password"),
        confirmation_again: fields.secret("confirmation_password_again"),
    };
    let accounts = cx.app.services.accounts();
    let language = cx.lang.pick(Language::Ja, Language::En);
    let request = cx.anonymous();
    let done = accounts.start_as_colleague(&request, form, language);
    match done.await.map_err(Failure::from) {
        Ok(started) => {
            let next = see_other("/register/done");
            Ok(with_session(next, Realm::Portal, started.token.expose()))
        }
        Err(failure @ Failure::Refused(_)) => {
            let mut form = FormView::keeping(&fields, &["login_id"]);
            let mut page = cx.page("BLIS007").saying(failure.message(cx.lang));
            if let Failure::Refused(Refusal::Fields(errors)) = &failure {
                show_errors(&mut page, &mut form, errors);
            }
            screen(&cx, failure.status(), page, form)
        }
        Err(other) => Err(other),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::http::lang::Lang;
    use crate::http::page::sample;

    #[test]
    fn http_blis007_asks_for_what_was_handed_over_and_for_ones_own() {
        for lang in [Lang::Ja, Lang::En] {
            let template = Blis007 {
                page: sample(lang, "BLIS007"),
                form: FormView::default(),
                password_hint: half_width(6, 12, lang),
            };
            let text = template.render().unwrap();
            assert_eq!(text.matches("type=\"password\"").count(), 6);
            assert!(text.contains("name=\"login_id\""));
        }
    }
}
