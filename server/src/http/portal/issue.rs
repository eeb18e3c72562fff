//! BSMS002 and BSMS004: the request for a certificate, and what came of it.

use askama::Template;
use axum::http::{HeaderMap, StatusCode, header};

use crate::http::certificate_facts::CertificateFacts;
use crate::http::context::{Answer, Cx, see_other};
use crate::http::cookie;
use crate::http::failure::Failure;
use crate::http::page::{Page, html};
use crate::services::Refusal;
use crate::services::authentication::session::{Authenticated, Stage};
use crate::services::enrolment::request::Status;
use crate::services::records::RequestState;

/// Who may be here: somebody who has just registered, or was identified.
pub(super) const STAGES: [Stage; 2] = [Stage::Registered, Stage::Identified];

#[derive(Template)]
#[template(path = "issue/bsms002.html")]
struct Bsms002 {
    page: Page,
    login_id: String,
}

#[derive(Template)]
#[template(path = "issue/bsms004.html")]
struct Bsms004 {
    page: Page,
    certificate: CertificateFacts,
}

/// Which request the pages are about. No secret: a request is told only to the
/// session that made it.
pub(in crate::http) const REQUEST_COOKIE: &str = "__Host-inkan-request";

pub(super) async fn user(cx: &Cx) -> Result<Authenticated, Failure> {
    let accounts = cx.app.services.accounts();
    Ok(accounts
        .authenticated(cx.visitor.token(), &STAGES, cx.now)
        .await?)
}

/// `GET /certificate/confirm`: BSMS002.
pub async fn confirm(cx: Cx) -> Answer {
    let found = user(&cx).await?;
    let acquisition = cx.app.services.settings().passwords.acquisition;
    if acquisition && found.session.stage == Stage::Registered.as_str() {
        // What came with the registration is not what the branch gave out for the certificate.
        return Ok(see_other("/certificate/identify"));
    }
    let template = Bsms002 {
        page: cx.session_page("BSMS002"),
        login_id: found.user.login_id,
    };
    html(StatusCode::OK, &template)
}

/// `POST /certificate/confirm`: 発行.
pub async fn request(cx: Cx) -> Answer {
    let found = user(&cx).await?;
    let binding = &found.session.token_sha256;
    let status = cx
        .app
        .services
        .create_request(&found.user.id, binding, cx.caller(), cx.now)
        .await?;
    let mut next = see_other("/certificate/progress");
    if let Some(value) = cookie::set(REQUEST_COOKIE, &status.id, None) {
        next.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(next)
}

/// Where the request of this browser stands.
pub(super) async fn status(cx: &Cx, headers: &HeaderMap) -> Result<Status, Failure> {
    let found = user(cx).await?;
    let binding = &found.session.token_sha256;
    let request = cookie::find(headers, REQUEST_COOKIE).ok_or(Refusal::OutOfOrder)?;
    let status = cx.app.services.request_status(request, binding, cx.now);
    Ok(status.await?)
}

/// `GET /certificate/result`: BSMS004.
pub async fn result(cx: Cx, headers: HeaderMap) -> Answer {
    let status = status(&cx, &headers).await?;
    let certificate = match (status.state, status.certificate) {
        (RequestState::Done, Some(certificate)) => certificate,
        _ => return Err(Refusal::OutOfOrder.into()),
    };
    let page = cx.session_page("BSMS004");
    let certificate = CertificateFacts::of(&certificate, cx.lang)?;
    html(StatusCode::OK, &Bsms004 { page, certificate })
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
            let text = Bsms002 { page, login_id }.render().unwrap();
            assert!(text.contains("hanakodt") && text.contains("/certificate/confirm"));
        }
    }

    #[test]
    fn http_bsms004_shows_the_certificate() {
        for lang in [Lang::Ja, Lang::En] {
            let certificate = CertificateFacts {
                organization: "YAMANASHIKENMIN SHINKUMI".into(),
                organizational_unit: "YAMANASHIKENMIN SHINKUMI for Corporate Edition".into(),
                common_name: "YAMANASHIKENMIN SHINKUMI ANSER SERVICE hanakodt".into(),
                serial: "0a1b".into(),
                not_after: "2027".into(),
            };
            let page = sample(lang, "BSMS004");
            let text = Bsms004 { page, certificate }.render().unwrap();
            for part in [
                "Organization Unit",
                "ANSER SERVICE hanakodt",
                "0a1b",
                "action=\"/logout\"",
            ] {
                assert!(text.contains(part), "{part}");
            }
        }
    }

    #[test]
    fn http_bsms004_says_what_to_do_now_and_shows_the_certificate() {
        let certificate = CertificateFacts {
            organization: "YAMANASHIKENMIN SHINKUMI".into(),
            organizational_unit: "YAMANASHIKENMIN SHINKUMI for Corporate Edition".into(),
            common_name: "YAMANASHIKENMIN SHINKUMI ANSER SERVICE hanakodt".into(),
            serial: "0a1b".into(),
            not_after: "2027年11月22日 23:59".into(),
        };
        let page = sample(Lang::Ja, "BSMS004");
        let text = Bsms004 { page, certificate }.render().unwrap();
        for part in [
            "証明書取得 » 証明書発行結果",
            "電子証明書の発行とインストールが完了しました。",
            "「閉じる」ボタンを押して、ブラウザを閉じてください。",
            "※ 電子証明書を有効にするには、一度全てのブラウザを閉じてください。",
            "※ 電子証明書の有効期限は、発行後1年間です。",
            "※ 有効期間満了の40日前に、ログイン後のトップページおよび電子メールでお知らせします。",
            "<dt>Organization</dt><dd>YAMANASHIKENMIN SHINKUMI</dd>",
            "<dt>Organization Unit</dt>",
            "<dt>Common Name</dt><dd>YAMANASHIKENMIN SHINKUMI ANSER SERVICE hanakodt</dd>",
            "<dt>シリアル番号</dt><dd>0a1b</dd>",
            "電子証明書情報をご確認下さい。",
        ] {
            assert!(text.contains(part), "{part}");
        }
    }
}
