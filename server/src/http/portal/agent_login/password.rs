//! BLGI002 on the portal: the login password, after the agent has proved the certificate.

use axum::http::{StatusCode, header};

use super::{LOGIN_COOKIE, PASSWORD};
use crate::http::after_certificate::blgi002;
use crate::http::catalogue;
use crate::http::context::{Answer, Cx, Form, see_other, with_session};
use crate::http::cookie;
use crate::http::failure::Failure;
use crate::http::visitor::Realm;
use crate::services::{Error, Refusal};

/// `GET /login/agent/password`.
pub async fn show(cx: Cx) -> Answer {
    let accounts = cx.app.services.accounts();
    let token = cx.visitor.token();
    match accounts.proved_by_agent(&cx.anonymous(), token).await {
        Ok(owner) => blgi002(StatusCode::OK, cx.session_page("BLGI002"), &owner, PASSWORD),
        // Another window of this browser was faster.
        Err(Error::Refused(Refusal::OutOfOrder))
            if accounts.on_portal(&cx.anonymous(), token).await.is_ok() =>
        {
            Ok(see_other("/top"))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /login/agent/password`.
pub async fn submit(cx: Cx, Form(fields): Form) -> Answer {
    let accounts = cx.app.services.accounts();
    let (token, password) = (cx.visitor.token(), fields.secret("password"));
    let done = accounts.agent_login(&cx.anonymous(), token, password).await;
    let started = match done.map_err(Failure::from) {
        Ok(started) => started,
        Err(Failure::Refused(
            refusal @ (Refusal::CredentialsWrong | Refusal::TemporarilyLocked { .. }),
        )) => {
            let owner = accounts.proved_by_agent(&cx.anonymous(), token).await?;
            let message = catalogue::refusal::message_after_certificate(&refusal, cx.lang);
            let page = cx.session_page("BLGI002").saying(message);
            return blgi002(Failure::from(refusal).status(), page, &owner, PASSWORD);
        }
        Err(other) => return Err(other),
    };
    let mut next = with_session(see_other("/top"), Realm::Portal, started.token.expose());
    if let Some(value) = cookie::set(LOGIN_COOKIE, "", Some(0)) {
        next.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(next)
}
