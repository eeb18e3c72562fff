//! BSMS004, BSMS014 and the same for staff: the certificate is in use, and what to do next.

use askama::Template;
use axum::http::StatusCode;

use super::{Follower, Journey};
use crate::http::catalogue::enrolment::{ResultTexts, result_texts};
use crate::http::certificate_facts::CertificateFacts;
use crate::http::console::Person;
use crate::http::context::Answer;
use crate::http::page::{Page, html};
use crate::services::Refusal;
use crate::services::records::RequestState;

#[derive(Template)]
#[template(path = "enrolment/result.html")]
struct ResultPage {
    page: Page,
    journey: Journey,
    texts: ResultTexts,
    person: Option<Person>,
    certificate: CertificateFacts,
    /// Address of the console.
    console: String,
}

/// The page, once the certificate is in use.
pub async fn show(follower: Follower) -> Answer {
    let cx = &follower.cx;
    let known = follower.known(cx.now).await?;
    let certificate = match known.successor {
        Some(successor) => successor,
        None => {
            let status = follower.status(&known.binding, cx.now).await?;
            match (status.state, status.certificate) {
                (RequestState::Done, Some(certificate)) => certificate,
                _ => return Err(Refusal::OutOfOrder.into()),
            }
        }
    };
    let template = ResultPage {
        page: match follower.journey {
            Journey::Issue => cx.session_page("BSMS004"),
            Journey::Renewal => cx.session_page("BSMS014"),
            Journey::StaffIssue | Journey::StaffRenewal => cx.page(""),
        },
        journey: follower.journey,
        texts: result_texts(follower.journey, cx.lang),
        certificate: CertificateFacts::of(&certificate, cx.lang)?,
        console: cx.app.site.staff.clone(),
        person: follower.person,
    };
    html(StatusCode::OK, &template)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::http::lang::Lang;
    use crate::http::page::sample;

    fn page(journey: Journey, lang: Lang, screen: &'static str) -> String {
        let certificate = CertificateFacts {
            organization: "YAMANASHIKENMIN SHINKUMI".into(),
            organizational_unit: "YAMANASHIKENMIN SHINKUMI for Corporate Edition".into(),
            common_name: "ANSER SERVICE <b>hanakodt".into(),
            serial: "0a1b".into(),
            not_after: "2027年11月22日 23:59".into(),
        };
        let template = ResultPage {
            page: sample(lang, screen),
            journey,
            texts: result_texts(journey, lang),
            person: (journey == Journey::StaffRenewal).then(Person::sample),
            certificate,
            console: "https://staff.example".into(),
        };
        let text = template.render().unwrap();
        assert!(text.contains("0a1b") && text.contains("hanakodt"));
        assert!(!text.contains("<b>"), "values are escaped");
        text
    }

    #[test]
    fn http_result_shows_the_certificate_and_how_to_end() {
        for lang in [Lang::Ja, Lang::En] {
            for (journey, screen) in [(Journey::Issue, "BSMS004"), (Journey::Renewal, "BSMS014")] {
                let text = page(journey, lang, screen);
                for part in [screen, "Organization Unit", "action=\"/logout\""] {
                    assert!(text.contains(part), "{part}");
                }
                assert!(!text.contains("https://staff.example"));
            }
        }
    }

    #[test]
    fn http_bsms004_says_what_to_do_now() {
        let text = page(Journey::Issue, Lang::Ja, "BSMS004");
        for part in [
            "証明書取得 » 証明書発行結果",
            "電子証明書の発行とインストールが完了しました。",
            "「閉じる」ボタンを押して、ブラウザを閉じてください。",
            "※ 電子証明書を有効にするには、一度全てのブラウザを閉じてください。",
            "※ 電子証明書の有効期限は、発行後1年間です。",
            "※ 有効期間満了の40日前に、ログイン後のトップページおよび電子メールでお知らせします。",
            "<dt>Organization</dt><dd>YAMANASHIKENMIN SHINKUMI</dd>",
            "<dt>Organization Unit</dt>",
            "<dt>シリアル番号</dt><dd>0a1b</dd>",
            "電子証明書情報をご確認下さい。",
        ] {
            assert!(text.contains(part), "{part}");
        }
    }

    #[test]
    fn http_bsms014_says_how_to_log_in_with_the_new_certificate() {
        for lang in [Lang::Ja, Lang::En] {
            let text = page(Journey::Renewal, lang, "BSMS014");
            let close = lang.pick("全てのブラウザを閉じて", "Close all browser windows");
            assert!(text.contains(close) && text.contains("name=\"from\" value=\"top\""));
        }
    }

    #[test]
    fn http_staff_result_says_where_to_go_and_to_close_the_browser() {
        for lang in [Lang::Ja, Lang::En] {
            for journey in [Journey::StaffIssue, Journey::StaffRenewal] {
                let text = page(journey, lang, "");
                assert!(text.contains("https://staff.example") && !text.contains("/logout"));
                assert!(text.contains(lang.pick("全てのブラウザ", "Close all browser windows")));
            }
        }
    }
}
