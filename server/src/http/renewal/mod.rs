//! BSMS012 to BSMS014: renewal, for who is logged in with the certificate: on the certificate listener, or on the portal
//! after a login with the agent. The same pages on both.
//!
//! - this file: who may be here; BSMS012 and BSMS014
//! - [`progress`]: BSMS013, as a page and as events

pub mod progress;

use askama::Template;
use axum::http::{HeaderMap, StatusCode, header};

use super::certificate_facts::CertificateFacts;
use super::context::{Answer, Cx, see_other};
use super::cookie;
use super::failure::Failure;
use super::page::{Page, html};
use super::portal::issue::REQUEST_COOKIE;
use crate::services::Refusal;
use crate::services::enrolment::renewal::page::Renewing;
use crate::services::enrolment::request::Status;

/// Where it begins; everything of it is below.
pub const PATH: &str = "/renew";

#[derive(Template)]
#[template(path = "renew/bsms012.html")]
struct Bsms012 {
    page: Page,
    certificate: CertificateFacts,
}

#[derive(Template)]
#[template(path = "renew/bsms014.html")]
struct Bsms014 {
    page: Page,
    certificate: CertificateFacts,
}

/// Who renews: on the certificate listener with the connection's certificate.
async fn who(cx: &Cx) -> Result<Renewing, Failure> {
    let accounts = cx.app.services.accounts();
    let presented = cx.peer.certificate.as_deref();
    Ok(accounts
        .renewing(cx.visitor.token(), presented, cx.now)
        .await?)
}

/// Where the request of this browser stands.
async fn status(cx: &Cx, renewing: &Renewing, headers: &HeaderMap) -> Result<Status, Failure> {
    let request = cookie::find(headers, REQUEST_COOKIE).ok_or(Refusal::OutOfOrder)?;
    let binding = &renewing.found.session.token_sha256;
    let status = cx.app.services.request_status(request, binding, cx.now);
    Ok(status.await?)
}

/// `GET /renew`: BSMS012.
pub async fn confirm(cx: Cx) -> Answer {
    let renewing = who(&cx).await?;
    cx.app.services.may_renew(&renewing, cx.now)?;
    let template = Bsms012 {
        page: cx.session_page("BSMS012"),
        certificate: CertificateFacts::of(&renewing.certificate, cx.lang)?,
    };
    html(StatusCode::OK, &template)
}

/// `POST /renew`: 更新.
pub async fn request(cx: Cx) -> Answer {
    let renewing = who(&cx).await?;
    let made = cx
        .app
        .services
        .create_renewal(&renewing, cx.caller(), cx.now);
    let status = made.await?;
    let mut next = see_other("/renew/progress");
    if let Some(value) = cookie::set(REQUEST_COOKIE, &status.id, None) {
        next.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(next)
}

/// `GET /renew/result`: BSMS014.
pub async fn result(cx: Cx) -> Answer {
    let renewing = who(&cx).await?;
    let successor = renewing.successor.ok_or(Refusal::OutOfOrder)?;
    let template = Bsms014 {
        page: cx.session_page("BSMS014"),
        certificate: CertificateFacts::of(&successor, cx.lang)?,
    };
    html(StatusCode::OK, &template)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::http::lang::Lang;
    use crate::http::page::sample;

    fn certificate() -> CertificateFacts {
        CertificateFacts {
            organization: "O".into(),
            organizational_unit: "OU".into(),
            common_name: "CN <b>".into(),
            serial: "0a1b".into(),
            not_after: "2027年11月22日 23:59".into(),
        }
    }

    #[test]
    fn http_bsms012_says_what_happens_to_the_present_certificate() {
        for lang in [Lang::Ja, Lang::En] {
            let page = sample(lang, "BSMS012");
            let template = Bsms012 {
                page,
                certificate: certificate(),
            };
            let text = template.render().unwrap();
            for part in [
                "BSMS012",
                "action=\"/renew\"",
                "2027年11月22日 23:59",
                "href=\"/top\"",
            ] {
                assert!(text.contains(part), "{part}");
            }
            assert!(!text.contains("<b>"), "values are escaped");
        }
    }

    #[test]
    fn http_bsms014_shows_the_new_certificate_and_says_how_to_log_in_with_it() {
        for lang in [Lang::Ja, Lang::En] {
            let page = sample(lang, "BSMS014");
            let template = Bsms014 {
                page,
                certificate: certificate(),
            };
            let text = template.render().unwrap();
            let close = lang.pick("全てのブラウザを閉じて", "Close all browser windows");
            for part in ["BSMS014", "0a1b", close, "action=\"/logout\""] {
                assert!(text.contains(part), "{part}");
            }
        }
    }
}
