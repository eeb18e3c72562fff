//! BLGI001, the login of users on the password method, and BTOP001 of all users who are logged in here.

use askama::Template;
use axum::http::StatusCode;

use crate::http::context::{Answer, Cx, Form, see_other, with_session, without_session};
use crate::http::failure::Failure;
use crate::http::page::{Page, html};
use crate::http::router::LOGGED_OUT;
use crate::http::top;
use crate::http::visitor::Realm;
use crate::services::authentication::session::{NewSession, Stage};

#[derive(Template)]
#[template(path = "portal/blgi001.html")]
struct Blgi001 {
    page: Page,
    certificate_login: String,
    login_id: String,
}

fn screen(cx: &Cx, status: StatusCode, page: Page, login_id: &str) -> Answer {
    let template = Blgi001 {
        page,
        certificate_login: format!("{}/login", cx.app.site.certificate),
        login_id: login_id.to_owned(),
    };
    html(status, &template)
}

/// `GET /`: BLGI001.
pub async fn show(cx: Cx) -> Answer {
    screen(&cx, StatusCode::OK, cx.page("BLGI001"), "")
}

/// `GET /login`: reload of a page that showed an error.
pub async fn again() -> Answer {
    Ok(see_other("/"))
}

/// `POST /login`.
pub async fn submit(cx: Cx, Form(fields): Form) -> Answer {
    let login_id = fields.text("login_id");
    let accounts = cx.app.services.accounts();
    let password = fields.secret("password");
    let done = accounts
        .password_login(&cx.anonymous(), login_id, password)
        .await;
    let logged_in = match done.map_err(Failure::from) {
        Ok(logged_in) => logged_in,
        Err(failure @ Failure::Refused(_)) => {
            let page = cx.page("BLGI001").saying(failure.message(cx.lang));
            return screen(&cx, failure.status(), page, login_id);
        }
        Err(other) => return Err(other),
    };
    let new = NewSession {
        user_id: Some(&logged_in.user.id),
        certificate_id: None,
        stage: Stage::LoggedIn,
        data: serde_json::Value::Null,
    };
    let started = accounts.start_session(new, cx.now).await?;
    Ok(with_session(
        see_other("/top"),
        Realm::Portal,
        started.token.expose(),
    ))
}

/// `GET /top`: BTOP001.
pub async fn top(cx: Cx) -> Answer {
    let accounts = cx.app.services.accounts();
    let login = accounts
        .on_portal(&cx.anonymous(), cx.visitor.token())
        .await?;
    let found = &login.found;
    let certificate = login.certificate.as_ref();
    top::show(&cx, &found.user, &found.contract, certificate).await
}

/// `POST /logout`: from BTOP001 to a page that confirms it, from other pages (閉じる) back to BLGI001.
pub async fn logout(cx: Cx, Form(fields): Form) -> Answer {
    let accounts = cx.app.services.accounts();
    accounts
        .end_session(&cx.anonymous(), cx.visitor.token())
        .await?;
    let next = match fields.text("from") {
        "top" => LOGGED_OUT,
        _ => "/",
    };
    Ok(without_session(see_other(next), Realm::Portal))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::http::lang::Lang;
    use crate::http::page::sample;

    #[test]
    fn http_blgi001_has_three_panels_and_escapes_what_was_typed() {
        for lang in [Lang::Ja, Lang::En] {
            let template = Blgi001 {
                page: sample(lang, "BLGI001"),
                certificate_login: "https://localhost:2/login".into(),
                login_id: "\"><script>".into(),
            };
            let text = template.render().unwrap();
            for part in [
                "certificate-login",
                "action=\"/login/agent\"",
                "password-login",
                "get-login-id",
                "BLGI001",
            ] {
                assert!(text.contains(part), "{part}");
            }
            assert!(!text.contains("<script>"));
            assert!(text.contains(&"f".repeat(64)));
        }
    }
}
