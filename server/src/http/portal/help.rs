//! Help: what a certificate and client authentication are, how to begin, whom to contact (R13).

use askama::Template;
use axum::http::StatusCode;

use crate::http::context::{Answer, Cx};
use crate::http::page::{Page, html};

#[derive(Template)]
#[template(path = "portal/help.html")]
struct Help {
    page: Page,
}

/// `GET /help`.
pub async fn show(cx: Cx) -> Answer {
    html(StatusCode::OK, &Help { page: cx.page("") })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::http::lang::Lang;
    use crate::http::page::sample;

    #[test]
    fn http_help_tells_the_configured_desk() {
        for lang in [Lang::Ja, Lang::En] {
            let text = Help {
                page: sample(lang, ""),
            }
            .render()
            .unwrap();
            assert!(text.contains("0120-565-657"));
        }
    }
}
