//! BSMS001: who wants a certificate.

use askama::Template;
use axum::http::StatusCode;
use serde_json::Value;

use crate::http::cx::{Answer, Cx, Form, see_other, with_session};
use crate::http::failure::Failure;
use crate::http::page::{Page, html};
use crate::http::visitor::Realm;
use crate::workflow::session::{NewSession, Stage};

#[derive(Template)]
#[template(path = "issue/bsms001.html")]
struct Bsms001 {
    page: Page,
    login_id: String,
}

/// `GET /certificate/identify`.
pub async fn show(cx: Cx) -> Answer {
    let template = Bsms001 {
        page: cx.page("BSMS001"),
        login_id: String::new(),
    };
    html(StatusCode::OK, &template)
}

/// `POST /certificate/identify`.
pub async fn submit(cx: Cx, Form(fields): Form) -> Answer {
    let login_id = fields.text("login_id");
    let password = fields.secret("password");
    let people = cx.app.workflows.people();
    let done = people
        .identify_for_enrolment(login_id, password, cx.caller(), cx.now)
        .await;
    let identified = match done.map_err(Failure::from) {
        Ok(identified) => identified,
        Err(failure @ Failure::Refused(_)) => {
            let page = cx.page("BSMS001").saying(failure.message(cx.lang));
            let login_id = login_id.to_owned();
            return html(failure.status(), &Bsms001 { page, login_id });
        }
        Err(other) => return Err(other),
    };
    let new = NewSession {
        user_id: Some(&identified.user.id),
        certificate_id: None,
        stage: Stage::Identified,
        data: Value::Null,
    };
    let started = people.start_session(new, cx.now).await?;
    let next = see_other("/certificate/confirm");
    Ok(with_session(next, Realm::Portal, started.token.expose()))
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
            let login_id = "hanakodt".to_owned();
            let text = Bsms001 { page, login_id }.render().unwrap();
            assert!(text.contains("/register/account") && text.contains("value=\"hanakodt\""));
        }
    }
}
