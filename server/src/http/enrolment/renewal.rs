//! BSMS012: renewal, for users who are logged in with the certificate: on the certificate listener, or on the portal
//! after a login with the agent. The pages are the same on both.

use askama::Template;
use axum::http::StatusCode;

use super::Journey;
use crate::http::certificate_facts::CertificateFacts;
use crate::http::context::{Answer, Cx};
use crate::http::page::{Page, html};
use crate::services::Result;
use crate::services::authentication::session::Authenticated;
use crate::services::enrolment::renewal::Renewing;

#[derive(Template)]
#[template(path = "renew/bsms012.html")]
struct Bsms012 {
    page: Page,
    certificate: CertificateFacts,
}

async fn who(cx: &Cx) -> Result<(Authenticated, Renewing)> {
    let accounts = cx.app.services.accounts();
    let presented = cx.peer.certificate.as_deref();
    accounts
        .renewing(cx.visitor.token(), presented, cx.now)
        .await
}

/// `GET /renew`: BSMS012.
pub async fn confirm(cx: Cx) -> Answer {
    let (_, renewing) = who(&cx).await?;
    cx.app.services.may_renew(&renewing, cx.now)?;
    let template = Bsms012 {
        page: cx.session_page("BSMS012"),
        certificate: CertificateFacts::of(&renewing.certificate, cx.lang)?,
    };
    html(StatusCode::OK, &template)
}

/// `POST /renew`: 更新.
pub async fn request(cx: Cx) -> Answer {
    let (found, renewing) = who(&cx).await?;
    let context = cx.by_user(&found.user.id);
    let (services, binding) = (&cx.app.services, &found.session.token_sha256);
    let made = services.create_renewal(&context, &renewing, binding);
    Ok(Journey::Renewal.begin(&made.await?))
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
}
