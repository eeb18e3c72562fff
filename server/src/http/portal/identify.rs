//! BSMS001: identification of the user who requests a certificate.

use askama::Template;
use axum::http::StatusCode;
use serde_json::Value;

use crate::http::catalogue::refusal::{message, message_with_acquisition};
use crate::http::context::{Answer, Cx, Form, see_other, with_session};
use crate::http::failure::Failure;
use crate::http::fields::Fields;
use crate::http::form::FormView;
use crate::http::page::{Page, html};
use crate::http::visitor::Realm;
use crate::services::authentication::login::LoggedIn;
use crate::services::authentication::session::{NewSession, Stage};

#[derive(Template)]
#[template(path = "issue/bsms001.html")]
struct Bsms001 {
    page: Page,
    form: FormView,
    login_id: String,
    /// Whether 証明書取得用パスワード is required.
    acquisition: bool,
}

fn screen(cx: &Cx, status: StatusCode, page: Page, login_id: &str) -> Answer {
    let template = Bsms001 {
        page,
        form: FormView::default(),
        login_id: login_id.to_owned(),
        acquisition: cx.app.services.settings().passwords.acquisition,
    };
    html(status, &template)
}

/// `GET /certificate/identify`.
pub async fn show(cx: Cx) -> Answer {
    screen(&cx, StatusCode::OK, cx.page("BSMS001"), "")
}

/// `POST /certificate/identify`.
pub async fn submit(cx: Cx, Form(fields): Form) -> Answer {
    let login_id = fields.text("login_id");
    let acquisition = cx.app.services.settings().passwords.acquisition;
    let (identified, data) = match identified(&cx, &fields, acquisition).await {
        Ok(identified) => identified,
        Err(Failure::Refused(refusal)) => {
            let message = match acquisition {
                true => message_with_acquisition(&refusal, cx.lang),
                false => message(&refusal, cx.lang),
            };
            let page = cx.page("BSMS001").saying(message);
            return screen(&cx, Failure::from(refusal).status(), page, login_id);
        }
        Err(other) => return Err(other),
    };
    let new = NewSession {
        user_id: Some(&identified.user.id),
        certificate_id: None,
        stage: Stage::Identified,
        data,
    };
    let accounts = cx.app.services.accounts();
    let started = accounts.start_session(new, cx.now).await?;
    let next = see_other("/certificate/confirm");
    Ok(with_session(next, Realm::Portal, started.token.expose()))
}

/// The identified user, and what the session keeps.
async fn identified(
    cx: &Cx,
    fields: &Fields,
    acquisition: bool,
) -> Result<(LoggedIn, Value), Failure> {
    let (accounts, request) = (cx.app.services.accounts(), cx.anonymous());
    let (login_id, password) = (fields.text("login_id"), fields.secret("password"));
    if acquisition {
        let second = fields.secret("acquisition_password");
        let done = accounts.identify_with_acquisition(&request, login_id, password, second);
        return Ok(done.await?);
    }
    let done = accounts.identify_for_enrolment(&request, login_id, password);
    Ok((done.await?, Value::Null))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::http::lang::Lang;
    use crate::http::page::sample;

    #[test]
    fn http_bsms001_offers_both_ways() {
        for lang in [Lang::Ja, Lang::En] {
            let page = sample(lang, "BSMS001");
            let mut template = Bsms001 {
                page,
                form: FormView::default(),
                login_id: "hanakodt".to_owned(),
                acquisition: false,
            };
            let text = template.render().unwrap();
            assert!(text.contains("/register/account") && text.contains("value=\"hanakodt\""));
            assert_eq!(text.matches("type=\"password\"").count(), 1);
            template.acquisition = true;
            let text = template.render().unwrap();
            assert!(text.contains("name=\"acquisition_password\""));
        }
    }
}
