//! BTOP001, the same for both methods of login.

use askama::Template;
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};

use super::catalogue::word;
use super::certificate_facts::CertificateFacts;
use super::company;
use super::context::{Answer, Cx};
use super::lang::Lang;
use super::page::{Page, html};
use crate::services::accounts::company::manages;
use crate::services::records::{Certificate, Contract, Language, Login, User};

struct LoginLine {
    at: String,
    method: &'static str,
    outcome: &'static str,
    address: String,
}

/// A certificate that expires soon.
struct Soon {
    not_after: String,
    left: String,
}

struct Top {
    company_name: String,
    user_name: String,
    login_id: String,
    logins: Vec<LoginLine>,
    certificate: Option<CertificateFacts>,
    /// Whether they manage the other users.
    manages: bool,
    /// Where their own certificate is revoked.
    revoke: String,
}

#[derive(Template)]
#[template(path = "portal/btop001.html")]
struct Btop001 {
    page: Page,
    top: Top,
    /// Once the renewal window is open (R8).
    expires_soon: Option<Soon>,
}

/// The top page of a user who is logged in.
pub async fn show(
    cx: &Cx,
    user: &User,
    contract: &Contract,
    certificate: Option<&Certificate>,
) -> Answer {
    let accounts = cx.app.services.accounts();
    let logins = accounts.last_logins(&user.id).await?;
    // A user who changes the language here gets messages in it. The page is shown in any case.
    let seen = accounts.sees_pages_in(&user.id, cx.lang.pick(Language::Ja, Language::En));
    if let Err(error) = seen.await {
        tracing::warn!(%error, "the language of messages could not be recorded");
    }
    let facts = certificate
        .map(|row| CertificateFacts::of(row, cx.lang))
        .transpose()?;
    let window = cx.app.services.settings().periods.renewal_window;
    let expires_soon = certificate
        .filter(|row| is_soon(row.not_after, window, cx.now))
        .map(|row| Soon {
            not_after: word::time(row.not_after, cx.lang),
            left: word::days_left(row.not_after, cx.now, cx.lang),
        });
    let template = Btop001 {
        page: cx.session_page("BTOP001"),
        top: Top {
            company_name: contract.company_name.clone(),
            user_name: user.name.clone(),
            login_id: user.login_id.clone(),
            logins: logins.iter().map(|login| line(login, cx.lang)).collect(),
            certificate: facts,
            manages: manages(user.role),
            revoke: format!("{}/{}/revoke", company::USERS, user.id),
        },
        expires_soon,
    };
    html(StatusCode::OK, &template)
}

fn is_soon(not_after: Timestamp, window: SignedDuration, now: Timestamp) -> bool {
    not_after.duration_since(now) <= window
}

fn line(login: &Login, lang: Lang) -> LoginLine {
    LoginLine {
        at: word::time(login.at, lang),
        method: word::login_method(login.method, login.via, lang),
        outcome: word::outcome(login.outcome, lang),
        address: login.address.clone().unwrap_or_default(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::http::page::sample;

    fn page(lang: Lang, expires_soon: Option<Soon>) -> String {
        let top = Top {
            company_name: "株式会社大空商事".into(),
            user_name: "データ花子".into(),
            login_id: "hanakodt".into(),
            logins: vec![LoginLine {
                at: "t".into(),
                method: "m",
                outcome: "o",
                address: "<192.0.2.1>".into(),
            }],
            certificate: None,
            manages: false,
            revoke: "/company/users/u1/revoke".into(),
        };
        let page = sample(lang, "BTOP001");
        Btop001 {
            page,
            top,
            expires_soon,
        }
        .render()
        .unwrap()
    }

    #[test]
    fn http_top_page_shows_the_notice_only_in_the_window() {
        for lang in [Lang::Ja, Lang::En] {
            let quiet = page(lang, None);
            assert!(quiet.contains("BTOP001") && quiet.contains("株式会社大空商事"));
            assert!(!quiet.contains("renewal-notice"));
            assert!(!quiet.contains("<192"), "values are escaped");
            let soon = Soon {
                not_after: "2027".into(),
                left: "あと40日".into(),
            };
            let noticed = page(lang, Some(soon));
            for part in ["renewal-notice", "あと40日", "href=\"/renew\""] {
                assert!(noticed.contains(part), "{part}");
            }
        }
        let end: Timestamp = "2027-11-22T14:59:59Z".parse().unwrap();
        let window = SignedDuration::from_hours(40 * 24);
        assert!(!is_soon(
            end,
            window,
            end - SignedDuration::from_hours(40 * 24 + 1)
        ));
        assert!(is_soon(end, window, end - window));
        assert!(is_soon(end, window, end + window));
    }
}
