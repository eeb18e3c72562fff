//! BLGI002, the login password after the certificate: the same whether the browser or the agent presented it.

use askama::Template;
use axum::http::StatusCode;

use super::certificate_facts::CertificateFacts;
use super::context::Answer;
use super::page::{Page, html};
use crate::services::authentication::login::Registered;

#[derive(Template)]
#[template(path = "certificate/blgi002.html")]
struct Blgi002 {
    page: Page,
    common_name: String,
    serial: String,
    /// Target of the form.
    action: &'static str,
}

/// The page of the certificate's owner.
pub fn blgi002(status: StatusCode, page: Page, owner: &Registered, action: &'static str) -> Answer {
    let facts = CertificateFacts::of(&owner.certificate, page.lang)?;
    let template = Blgi002 {
        page,
        common_name: facts.common_name,
        serial: facts.serial,
        action,
    };
    html(status, &template)
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
                action: "/login",
            };
            let text = template.render().unwrap();
            assert_eq!(text.matches("type=\"password\"").count(), 1);
            assert!(!text.contains("name=\"login_id\""));
        }
    }
}
