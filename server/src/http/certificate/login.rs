//! BLGI002: the login password, after the certificate; BTOP001; log out.

use askama::Template;
use axum::http::StatusCode;
use serde_json::Value;

use super::gate::Owner;
use crate::http::catalogue;
use crate::http::certificate_facts::CertificateFacts;
use crate::http::cx::{Answer, Cx, Form, see_other, with_session, without_session};
use crate::http::failure::Failure;
use crate::http::page::{Page, html};
use crate::http::router::LOGGED_OUT;
use crate::http::top;
use crate::http::visitor::Realm;
use crate::workflow::Refusal;
use crate::workflow::login::Registered;
use crate::workflow::session::{NewSession, Stage};

#[derive(Template)]
#[template(path = "certificate/blgi002.html")]
struct Blgi002 {
    page: Page,
    common_name: String,
    serial: String,
}

fn screen(cx: &Cx, status: StatusCode, page: Page, owner: &Registered) -> Answer {
    let facts = CertificateFacts::of(&owner.certificate, cx.lang)?;
    let template = Blgi002 {
        page,
        common_name: facts.common_name,
        serial: facts.serial,
    };
    html(status, &template)
}

/// `GET /`: to BLGI002.
pub async fn start() -> Answer {
    Ok(see_other("/login"))
}

/// `GET /login`: BLGI002.
pub async fn show(cx: Cx, Owner(owner): Owner) -> Answer {
    screen(&cx, StatusCode::OK, cx.page("BLGI002"), &owner)
}

/// `POST /login`.
pub async fn submit(cx: Cx, Owner(owner): Owner, Form(fields): Form) -> Answer {
    let presented = cx.certificate()?;
    let password = fields.secret("password");
    let people = cx.app.workflows.people();
    let done = people
        .certificate_login(&presented, password, cx.caller(), cx.now)
        .await;
    let logged_in = match done.map_err(Failure::from) {
        Ok(logged_in) => logged_in,
        Err(failure @ Failure::Refused(Refusal::Certificate(_))) => return Err(failure),
        Err(Failure::Refused(refusal)) => {
            let message = catalogue::refusal::message_after_certificate(&refusal, cx.lang);
            let page = cx.page("BLGI002").saying(message);
            return screen(&cx, Failure::from(refusal).status(), page, &owner);
        }
        Err(other) => return Err(other),
    };
    let certificate = logged_in.certificate.as_ref();
    let certificate = certificate.ok_or_else(|| Failure::fault(&"login without certificate"))?;
    let new = NewSession {
        user_id: Some(&logged_in.user.id),
        certificate_id: Some(&certificate.id),
        stage: Stage::LoggedIn,
        data: Value::Null,
    };
    let started = people.start_session(new, cx.now).await?;
    Ok(with_session(
        see_other("/top"),
        Realm::Certificate,
        started.token.expose(),
    ))
}

/// `GET /top`: BTOP001.
pub async fn top(cx: Cx, Owner(owner): Owner) -> Answer {
    let presented = cx.certificate()?;
    let people = cx.app.workflows.people();
    let found = people
        .authenticated_by_certificate(cx.visitor.token(), &presented, cx.now)
        .await?;
    top::show(&cx, &found.user, &found.contract, Some(&owner.certificate)).await
}

/// `POST /logout`: to a page with the way back to the portal; the portal is another
/// origin, to which our own policy lets no form redirect.
pub async fn logout(cx: Cx) -> Answer {
    let people = cx.app.workflows.people();
    people
        .end_session(cx.visitor.token(), cx.caller(), cx.now)
        .await?;
    Ok(without_session(see_other(LOGGED_OUT), Realm::Certificate))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::http::lang::Lang;
    use crate::http::page::sample;

    #[test]
    fn http_blgi002_asks_for_the_password_only() {
        for lang in [Lang::Ja, Lang::En] {
            let template = Blgi002 {
                page: sample(lang, "BLGI002"),
                common_name: "X hanakodt".into(),
                serial: "0a".into(),
            };
            let text = template.render().unwrap();
            assert_eq!(text.matches("type=\"password\"").count(), 1);
            assert!(!text.contains("name=\"login_id\""));
        }
    }
}
