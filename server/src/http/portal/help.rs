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
    use std::sync::Arc;

    use super::*;
    use crate::http::downloads::Platform;
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

    #[test]
    fn http_help_shows_each_installer_with_version_size_and_hash() {
        for lang in [Lang::Ja, Lang::En] {
            let mut page = sample(lang, "");
            page.platform = Platform::Linux;
            let text = Help { page: page.clone() }.render().unwrap();
            let at = |part: &str| text.find(part).unwrap();
            let link = |key: &str| {
                format!(
                    "id=\"download-{key}\" href=\"https://bank.example/agent/{key}\" rel=\"noreferrer\""
                )
            };
            assert!(at(&link("linux-deb")) < at(&link("windows")), "{text}");
            assert!(at(&link("windows")) < at(&link("windows-zip")));
            assert_eq!(text.matches("12.3 MB").count(), 3);
            assert_eq!(text.matches("<code>0a1b 2c3d 0a1b").count(), 3);
            let fits = lang.pick("お使いのパソコン用", "for your computer");
            assert_eq!(text.matches(fits).count(), 1);
            assert!(text.contains("sha256sum") && text.contains("Get-FileHash"));

            let mut site = crate::http::site::sample();
            site.downloads.clear();
            page.site = Arc::new(site);
            let text = Help { page }.render().unwrap();
            assert!(!text.contains("download-") && text.contains("agent-download"));
        }
    }
}
