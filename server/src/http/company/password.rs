//! BPWD001 and BPWD002: パスワード変更.

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use serde::Deserialize;

use super::operation::is_mended_here;
use super::{PASSWORD, who};
use crate::http::catalogue::field::half_width;
use crate::http::catalogue::refusal::message_after_confirmation;
use crate::http::context::{Answer, Cx, Form, see_other};
use crate::http::failure::Failure;
use crate::http::form::FormView;
use crate::http::page::{Page, html};
use crate::http::portal::show_errors;
use crate::services::accounts::company::password::{ChangeForm, Own};
use crate::services::{Error, Refusal};

#[derive(Template)]
#[template(path = "company/password.html")]
struct Bpwd001 {
    page: Page,
    form: FormView,
    login: bool,
    password_hint: String,
}

#[derive(Template)]
#[template(path = "company/changed.html")]
struct Bpwd002 {
    page: Page,
    login: bool,
}

/// Which of the two.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Which {
    which: String,
}

fn own(word: &str) -> Own {
    match word {
        "confirmation" => Own::Confirmation,
        _ => Own::Login,
    }
}

fn screen(cx: &Cx, status: StatusCode, page: Page, form: FormView, which: Own) -> Answer {
    let length = cx.app.services.settings().passwords.length;
    let template = Bpwd001 {
        page,
        form,
        login: which == Own::Login,
        password_hint: half_width(length.min, length.max, cx.lang),
    };
    html(status, &template)
}

/// `GET /company/password`: BPWD001, for the login password unless the other one is requested.
pub async fn form(cx: Cx, Query(asked): Query<Which>) -> Answer {
    who(&cx).await?;
    let page = cx.session_page("BPWD001");
    let which = own(&asked.which);
    screen(&cx, StatusCode::OK, page, FormView::default(), which)
}

/// `POST /company/password`.
pub async fn submit(cx: Cx, Form(fields): Form) -> Answer {
    let found = who(&cx).await?;
    let which = own(fields.text("which"));
    let (new, again) = match which {
        Own::Login => ("login_password", "login_password_again"),
        Own::Confirmation => ("confirmation_password", "confirmation_password_again"),
    };
    let form = ChangeForm {
        present: fields.secret("present_password"),
        new: fields.secret(new),
        again: fields.secret(again),
    };
    let (accounts, request) = (cx.app.services.accounts(), cx.by_user(&found.user.id));
    let done = accounts.change_password(&request, &found.session, which, form);
    match done.await {
        Ok(()) => {
            let word = match which {
                Own::Login => "login",
                Own::Confirmation => "confirmation",
            };
            Ok(see_other(&format!("{PASSWORD}/changed?which={word}")))
        }
        Err(Error::Refused(refusal)) if is_mended_here(&refusal) => {
            let message = message_after_confirmation(&refusal, cx.lang);
            let mut page = cx.session_page("BPWD001").saying(message);
            let mut form = FormView::default();
            if let Refusal::Fields(errors) = &refusal {
                show_errors(&mut page, &mut form, errors);
            }
            screen(&cx, Failure::from(refusal).status(), page, form, which)
        }
        Err(other) => Err(other.into()),
    }
}

/// `GET /company/password/changed`: BPWD002.
pub async fn result(cx: Cx, Query(asked): Query<Which>) -> Answer {
    who(&cx).await?;
    let template = Bpwd002 {
        page: cx.session_page("BPWD002"),
        login: own(&asked.which) == Own::Login,
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
    fn http_bpwd001_asks_for_the_present_password_and_twice_for_the_new_one() {
        for lang in [Lang::Ja, Lang::En] {
            for (login, field) in [(true, "login_password"), (false, "confirmation_password")] {
                let template = Bpwd001 {
                    page: sample(lang, "BPWD001"),
                    form: FormView::default(),
                    login,
                    password_hint: half_width(6, 12, lang),
                };
                let text = template.render().unwrap();
                assert_eq!(text.matches("type=\"password\"").count(), 3);
                assert!(text.contains(&format!("name=\"{field}\"")));
                assert!(text.contains(&format!("name=\"{field}_again\"")));
            }
        }
    }
}
