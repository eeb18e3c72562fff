//! BSMS002: a customer's request for a certificate.

use askama::Template;
use axum::http::StatusCode;

use super::{Journey, STAGES};
use crate::http::catalogue::refusal::message;
use crate::http::context::{Answer, Cx, see_other};
use crate::http::failure::Failure;
use crate::http::page::{Page, html};
use crate::services::Refusal;
use crate::services::authentication::session::{Authenticated, Stage};

#[derive(Template)]
#[template(path = "issue/bsms002.html")]
struct Bsms002 {
    page: Page,
    login_id: String,
    /// Whether a certificate can be issued now.
    ready: bool,
}

async fn user(cx: &Cx) -> Result<Authenticated, Failure> {
    let accounts = cx.app.services.accounts();
    let found = accounts.authenticated(cx.visitor.token(), &STAGES, cx.now);
    Ok(found.await?)
}

/// `GET /certificate/confirm`: BSMS002.
pub async fn confirm(cx: Cx) -> Answer {
    let found = user(&cx).await?;
    let acquisition = cx.app.services.settings().passwords.acquisition;
    if acquisition && found.session.stage == Stage::Registered.as_str() {
        // The registration does not include 証明書取得用パスワード: BSMS001 requires it.
        return Ok(see_other("/certificate/identify"));
    }
    let accounts = cx.app.services.accounts();
    let waits = accounts.grant_waits(&found.user, cx.now).await?;
    let mut page = cx.session_page("BSMS002");
    let mut ready = true;
    if let Some(from) = waits {
        let refusal = Refusal::GrantWaiting { from };
        page = page.saying(message(&refusal, cx.lang));
        ready = false;
    }
    let template = Bsms002 {
        page,
        login_id: found.user.login_id,
        ready,
    };
    html(StatusCode::OK, &template)
}

/// `POST /certificate/confirm`: 発行.
pub async fn request(cx: Cx) -> Answer {
    let found = user(&cx).await?;
    let context = cx.by_user(&found.user.id);
    let (services, binding) = (&cx.app.services, &found.session.token_sha256);
    let status = services.create_request(&context, binding).await?;
    Ok(Journey::Issue.begin(&status))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::http::lang::Lang;
    use crate::http::page::sample;

    #[test]
    fn http_bsms002_names_the_user() {
        for lang in [Lang::Ja, Lang::En] {
            let page = sample(lang, "BSMS002");
            let login_id = "hanakodt".to_owned();
            let mut template = Bsms002 {
                page,
                login_id,
                ready: true,
            };
            let text = template.render().unwrap();
            assert!(text.contains("hanakodt") && text.contains("/certificate/confirm"));
            template.ready = false;
            let text = template.render().unwrap();
            assert!(text.contains("/logout") && !text.contains("/certificate/confirm"));
        }
    }
}
