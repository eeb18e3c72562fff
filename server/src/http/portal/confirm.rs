//! BLIS003 and BLIS004: confirmation of the entry, and the result.

use askama::Template;
use axum::http::StatusCode;

use super::account;
use crate::http::catalogue::word;
use crate::http::context::{Answer, Cx, Form, see_other, with_session};
use crate::http::lang::Lang;
use crate::http::page::{Page, html};
use crate::http::visitor::Realm;
use crate::services::authentication::session::Stage;
use crate::services::records::{Contract, Language};
use crate::services::{Error, Refusal};

struct Summary {
    branch: String,
    account_type: &'static str,
    account: String,
    company_kana: String,
    company_name: String,
    user_name: String,
    email: String,
    login_id: String,
}

#[derive(Template)]
#[template(path = "registration/blis003.html")]
struct Blis003 {
    page: Page,
    summary: Summary,
}

#[derive(Template)]
#[template(path = "registration/blis004.html")]
struct Blis004 {
    page: Page,
    summary: Summary,
}

fn summary(
    contract: Contract,
    name: String,
    email: String,
    login_id: String,
    lang: Lang,
) -> Summary {
    Summary {
        branch: contract.branch,
        account_type: word::account_type(contract.account_type, lang),
        account: contract.account,
        company_kana: contract.company_kana,
        company_name: contract.company_name,
        user_name: name,
        email,
        login_id,
    }
}

/// `GET /register/confirm`: BLIS003.
pub async fn show(cx: Cx) -> Answer {
    let accounts = cx.app.services.accounts();
    let view = accounts.registration(cx.visitor.token(), cx.now).await?;
    let user = view.user.ok_or(Refusal::OutOfOrder)?;
    let template = Blis003 {
        page: cx.session_page("BLIS003"),
        summary: summary(view.contract, user.name, user.email, user.login_id, cx.lang),
    };
    html(StatusCode::OK, &template)
}

/// `POST /register/confirm`: 登録, 戻る, 中断.
pub async fn submit(cx: Cx, Form(fields): Form) -> Answer {
    match fields.text("action") {
        "stop" => return account::stop(&cx).await,
        "back" => return Ok(see_other("/register/user")),
        _ => {}
    }
    let accounts = cx.app.services.accounts();
    let language = cx.lang.pick(Language::Ja, Language::En);
    let request = cx.anonymous();
    let done = accounts.register(&request, cx.visitor.token(), language);
    let next = see_other("/register/done");
    let registered = match done.await {
        Ok(registered) => registered,
        // Pressed twice: the first response has set the cookie with which BLIS004 is shown.
        Err(Error::Refused(Refusal::SessionEnded)) => return Ok(next),
        Err(other) => return Err(other.into()),
    };
    Ok(with_session(
        next,
        Realm::Portal,
        registered.started.token.expose(),
    ))
}

/// `GET /register/done`: BLIS004.
pub async fn done(cx: Cx) -> Answer {
    let accounts = cx.app.services.accounts();
    let found = accounts
        .authenticated(cx.visitor.token(), &[Stage::Registered], cx.now)
        .await?;
    let user = found.user;
    let template = Blis004 {
        page: cx.session_page("BLIS004"),
        summary: summary(
            found.contract,
            user.name,
            user.email,
            user.login_id,
            cx.lang,
        ),
    };
    html(StatusCode::OK, &template)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::http::page::sample;

    fn example() -> Summary {
        Summary {
            branch: "100".into(),
            account_type: "普通",
            account: "1234567".into(),
            company_kana: "ｶﾌﾞｼｷｶﾞｲｼﾔｵｵｿﾞﾗｼﾖｳｼﾞ".into(),
            company_name: "株式会社大空商事".into(),
            user_name: "データ花子".into(),
            email: "hanakodt@oozora.co.jp".into(),
            login_id: "hanakodt".into(),
        }
    }

    #[test]
    fn http_blis003_and_blis004_show_the_entry_and_two_fixed_masks() {
        for lang in [Lang::Ja, Lang::En] {
            let page = |id| sample(lang, id);
            let third = Blis003 {
                page: page("BLIS003"),
                summary: example(),
            };
            let fourth = Blis004 {
                page: page("BLIS004"),
                summary: example(),
            };
            for text in [third.render().unwrap(), fourth.render().unwrap()] {
                for part in [
                    "株式会社大空商事",
                    "ｶﾌﾞｼｷｶﾞｲｼﾔｵｵｿﾞﾗｼﾖｳｼﾞ",
                    "hanakodt",
                    "1234567",
                ] {
                    assert!(text.contains(part), "{part}");
                }
                let mask = "●".repeat(16);
                assert_eq!(text.matches(&format!(">{mask}<")).count(), 2);
            }
        }
    }
}
