//! BLIS005: the account and the temporary passwords.

use askama::Template;
use axum::http::StatusCode;

use super::show_errors;
use crate::http::context::{Answer, Cx, Form, see_other, with_session, without_session};
use crate::http::failure::Failure;
use crate::http::form::FormView;
use crate::http::page::{Page, html};
use crate::http::visitor::Realm;
use crate::services::accounts::registration::AccountForm;
use crate::services::{Error, Refusal};

#[derive(Template)]
#[template(path = "registration/blis005.html")]
struct Blis005 {
    page: Page,
    form: FormView,
}

/// `GET /register/account`; after 戻る with the account that was entered.
pub async fn show(cx: Cx) -> Answer {
    let mut form = FormView::default();
    if !cx.visitor.fresh() {
        let accounts = cx.app.services.accounts();
        match accounts.registration(cx.visitor.token(), cx.now).await {
            Ok(view) => {
                form.set("branch", view.contract.branch);
                form.set("account_type", view.contract.account_type.as_str());
                form.set("account", view.contract.account);
            }
            Err(Error::Refused(_)) => {}
            Err(fault) => return Err(fault.into()),
        }
    }
    let page = cx.page("BLIS005");
    html(StatusCode::OK, &Blis005 { page, form })
}

/// `POST /register/account`.
pub async fn submit(cx: Cx, Form(fields): Form) -> Answer {
    if fields.text("action") == "stop" {
        return stop(&cx).await;
    }
    let entered = AccountForm {
        branch: fields.text("branch").to_owned(),
        account_type: fields.text("account_type").to_owned(),
        account: fields.text("account").to_owned(),
        temp_login: fields.secret("temporary_login_password"),
        temp_confirmation: fields.secret("temporary_confirmation_password"),
    };
    let accounts = cx.app.services.accounts();
    let done = accounts.check_account(&cx.anonymous(), entered).await;
    match done.map_err(Failure::from) {
        Ok(started) => {
            let next = see_other("/register/user");
            Ok(with_session(next, Realm::Portal, started.token.expose()))
        }
        Err(failure @ Failure::Refused(_)) => {
            let mut form = FormView::keeping(&fields, &["branch", "account_type", "account"]);
            let mut page = cx.page("BLIS005").saying(failure.message(cx.lang));
            if let Failure::Refused(Refusal::Fields(errors)) = &failure {
                show_errors(&mut page, &mut form, errors);
            }
            html(failure.status(), &Blis005 { page, form })
        }
        Err(other) => Err(other),
    }
}

/// 中断: ends the wizard's session.
pub(super) async fn stop(cx: &Cx) -> Answer {
    let accounts = cx.app.services.accounts();
    accounts
        .end_session(&cx.anonymous(), cx.visitor.token())
        .await?;
    Ok(without_session(see_other("/"), Realm::Portal))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::http::catalogue;
    use crate::http::lang::Lang;
    use crate::http::page::sample;
    use crate::services::validation::{Field, Problem};

    #[test]
    fn http_blis005_keeps_what_was_typed_and_says_what_is_wrong() {
        for lang in [Lang::Ja, Lang::En] {
            let mut form = FormView::default();
            form.set("branch", "1O0");
            form.set("account_type", "current");
            let error = Field::Branch.error(Problem::Character {
                found: 'O',
                position: 2,
            });
            let message = catalogue::refusal::message(&Refusal::Fields(vec![error]), lang);
            let mut page = sample(lang, "BLIS005").saying(message);
            show_errors(&mut page, &mut form, &[error]);
            let text = Blis005 { page, form }.render().unwrap();
            assert!(text.contains("<li><a href=\"#branch\">"), "{text}");
            assert!(text.contains("aria-describedby=\"branch-hint branch-error\""));
            assert_eq!(text.matches("aria-invalid=\"true\"").count(), 1);
            assert!(text.contains("value=\"1O0\"") && text.contains("branch-error"));
            assert!(text.contains("value=\"current\" selected"));
            assert_eq!(text.matches("type=\"password\"").count(), 2);
            assert!(text.contains("aria-current=\"step\""));
        }
    }
}
