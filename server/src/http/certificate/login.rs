//! BLGI002: the login password, after the certificate; BTOP001; log out.

use axum::http::StatusCode;
use serde_json::Value;

use super::gate::Owner;
use crate::http::after_certificate::blgi002;
use crate::http::catalogue;
use crate::http::context::{Answer, Cx, Form, see_other, with_session, without_session};
use crate::http::failure::Failure;
use crate::http::router::LOGGED_OUT;
use crate::http::top;
use crate::http::visitor::Realm;
use crate::services::Refusal;
use crate::services::authentication::session::{NewSession, Stage};

/// `GET /`: to BLGI002.
pub async fn start() -> Answer {
    Ok(see_other("/login"))
}

/// `GET /login`: BLGI002.
pub async fn show(cx: Cx, Owner(owner): Owner) -> Answer {
    blgi002(StatusCode::OK, cx.page("BLGI002"), &owner, "/login")
}

/// `POST /login`.
pub async fn submit(cx: Cx, Owner(owner): Owner, Form(fields): Form) -> Answer {
    let presented = cx.certificate()?;
    let password = fields.secret("password");
    let accounts = cx.app.services.accounts();
    let done = accounts
        .certificate_login(&cx.anonymous(), &presented, password)
        .await;
    let logged_in = match done.map_err(Failure::from) {
        Ok(logged_in) => logged_in,
        Err(failure @ Failure::Refused(Refusal::Certificate(_))) => return Err(failure),
        Err(Failure::Refused(refusal)) => {
            let message = catalogue::refusal::message_after_certificate(&refusal, cx.lang);
            let page = cx.page("BLGI002").saying(message);
            return blgi002(Failure::from(refusal).status(), page, &owner, "/login");
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
    let started = accounts.start_session(new, cx.now).await?;
    Ok(with_session(
        see_other("/top"),
        Realm::Certificate,
        started.token.expose(),
    ))
}

/// `GET /top`: BTOP001.
pub async fn top(cx: Cx, Owner(owner): Owner) -> Answer {
    let presented = cx.certificate()?;
    let accounts = cx.app.services.accounts();
    let found = accounts
        .authenticated_by_certificate(cx.visitor.token(), &presented, cx.now)
        .await?;
    top::show(&cx, &found.user, &found.contract, Some(&owner.certificate)).await
}

/// `POST /logout`: to a page with a link back to the portal; the portal is another origin, to which our own policy lets
/// no form redirect.
pub async fn logout(cx: Cx) -> Answer {
    let accounts = cx.app.services.accounts();
    accounts
        .end_session(&cx.anonymous(), cx.visitor.token())
        .await?;
    Ok(without_session(see_other(LOGGED_OUT), Realm::Certificate))
}
