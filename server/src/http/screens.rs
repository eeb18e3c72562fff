//! Pages that any listener shows: a refusal, and a certificate that is not acceptable.

use std::sync::LazyLock;

use askama::Template;
use axum::body::Body;
use axum::http::{HeaderMap, StatusCode};
use inkan_pki::x509::fingerprint::sha256_hex;

use super::context::{Answer, Cx};
use super::page::{Page, html};
use super::public::cacheable::Lasting;

/// A refusal.
#[derive(Template)]
#[template(path = "common/error.html")]
struct ErrorPage {
    page: Page,
}

/// A certificate that is not acceptable; the links lead to the portal.
#[derive(Template)]
#[template(path = "certificate/refused.html")]
struct RefusedPage {
    page: Page,
    /// Whether its owner may need a new certificate.
    may_issue: bool,
}

/// Logged out, on either listener.
#[derive(Template)]
#[template(path = "portal/logged_out.html")]
struct LoggedOutPage {
    page: Page,
}

/// `GET /logged-out`.
pub async fn logged_out(cx: Cx) -> Answer {
    html(StatusCode::OK, &LoggedOutPage { page: cx.page("") })
}

/// An ended session of the portal.
#[derive(Template)]
#[template(path = "common/ended.html")]
struct EndedPage {
    page: Page,
}

/// The portal's page for an ended session; `page` contains the message.
pub fn ended(status: StatusCode, page: Page) -> Answer {
    html(status, &EndedPage { page })
}

/// The page for a refusal; `page` contains its message.
pub fn error(status: StatusCode, page: Page) -> Answer {
    html(status, &ErrorPage { page })
}

/// The page for a certificate that is not acceptable; `page` contains the message.
pub fn refused_certificate(status: StatusCode, page: Page, may_issue: bool) -> Answer {
    html(status, &RefusedPage { page, may_issue })
}

/// `GET /style.css`.
pub async fn style(asked: HeaderMap) -> Answer {
    static STYLE: LazyLock<File> = LazyLock::new(|| {
        File::new(
            "text/css; charset=utf-8",
            include_str!("../../templates/style.css"),
        )
    });
    STYLE.answer(&asked)
}

/// `GET /screens.js`: what the pages do beyond links and forms. Every page works without it.
pub async fn script(asked: HeaderMap) -> Answer {
    static FILE: LazyLock<File> =
        LazyLock::new(|| File::new("text/javascript; charset=utf-8", SCRIPT));
    FILE.answer(&asked)
}

/// `GET /icon.svg`.
pub async fn icon(asked: HeaderMap) -> Answer {
    static ICON: LazyLock<File> =
        LazyLock::new(|| File::new("image/svg+xml", include_str!("../../templates/icon.svg")));
    ICON.answer(&asked)
}

/// One file per task, each self-contained.
const SCRIPT: &str = concat!(
    include_str!("../../templates/script/forms.js"),
    include_str!("../../templates/script/keyboard.js"),
    include_str!("../../templates/script/progress.js"),
    include_str!("../../templates/script/idle.js"),
);

/// A file that all pages need; it changes with the program.
struct File {
    kind: &'static str,
    text: &'static str,
    sha256: String,
}

impl File {
    fn new(kind: &'static str, text: &'static str) -> Self {
        Self {
            kind,
            text,
            sha256: sha256_hex(text.as_bytes()),
        }
    }

    fn answer(&self, asked: &HeaderMap) -> Answer {
        let lasting = Lasting {
            content_type: self.kind,
            body: Body::from(self.text),
            sha256: &self.sha256,
            age: 300,
            modified: None,
        };
        lasting.answer(asked)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::http::lang::Lang;
    use crate::http::page::sample;
    use crate::http::problem::HttpProblem;

    #[test]
    fn http_screens_error_and_refused_certificate_in_both_languages() {
        for lang in [Lang::Ja, Lang::En] {
            let message = crate::http::catalogue::http::message(&HttpProblem::NotFound, lang);
            let page = sample(lang, "").saying(message);
            let text = ErrorPage { page: page.clone() }.render().unwrap();
            assert!(
                text.contains("not-found") && text.contains("0120-565-657"),
                "{text}"
            );
            let text = LoggedOutPage { page: page.clone() }.render().unwrap();
            assert!(text.contains("https://localhost:1/"));
            let text = EndedPage { page: page.clone() }.render().unwrap();
            assert!(text.contains("/certificate/identify"));
            let refused = |may_issue| RefusedPage {
                page: page.clone(),
                may_issue,
            };
            let issue = "https://localhost:1/certificate/identify";
            assert!(refused(true).render().unwrap().contains(issue));
            assert!(!refused(false).render().unwrap().contains(issue));
        }
    }
}
