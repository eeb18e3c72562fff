//! 仮パスワード, and 証明書取得用パスワード of a grant, on paper: shown once, printed, handed over. A new letter invalidates the earlier
//! one.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use inkan_pki::secret::Secret;

use super::gate::Member;
use super::{Person, account};
use crate::http::catalogue::word;
use crate::http::context::{Answer, Cx, Form};
use crate::http::page::{Page, html};
use crate::services::records::Contract;

#[derive(Template)]
#[template(path = "staff/password_letter.html")]
struct Letter {
    page: Page,
    person: Person,
    contract_id: String,
    account: String,
    company_name: String,
    at: String,
    temporary_login_password: Secret,
    temporary_confirmation_password: Secret,
}

/// The letter of a contract.
fn show(
    cx: &Cx,
    member: &Member,
    contract: &Contract,
    login: Secret,
    confirmation: Secret,
) -> Answer {
    let template = Letter {
        page: cx.page(""),
        person: Person::of(member, cx.lang),
        contract_id: contract.id.clone(),
        account: account(contract, cx.lang),
        company_name: contract.company_name.clone(),
        at: word::time(cx.now, cx.lang),
        temporary_login_password: login,
        temporary_confirmation_password: confirmation,
    };
    html(StatusCode::OK, &template)
}

/// `POST /contracts/{id}/letter`: new temporary passwords; the earlier ones become invalid.
pub async fn issue(cx: Cx, member: Member, Path(id): Path<String>, Form(_): Form) -> Answer {
    let (accounts, request) = (cx.app.services.accounts(), cx.by_staff(&member.0.id));
    let letter = accounts.issue_letter(&request, &id).await?;
    let (login, confirmation) = (letter.login, letter.confirmation);
    show(&cx, &member, &letter.contract, login, confirmation)
}

#[derive(Template)]
#[template(path = "staff/acquisition.html")]
struct Acquisition {
    page: Page,
    person: Person,
    contract_id: String,
    account: String,
    company_name: String,
    login_id: String,
    at: String,
    until: String,
    password: Secret,
}

/// `POST /grants/{id}/letter`: a new 証明書取得用パスワード; the earlier one becomes invalid.
pub async fn acquisition(cx: Cx, member: Member, Path(id): Path<String>, Form(_): Form) -> Answer {
    let (accounts, request) = (cx.app.services.accounts(), cx.by_staff(&member.0.id));
    let letter = accounts.issue_acquisition_letter(&request, &id).await?;
    let template = Acquisition {
        page: cx.page(""),
        person: Person::of(&member, cx.lang),
        account: account(&letter.contract, cx.lang),
        company_name: letter.contract.company_name,
        contract_id: letter.contract.id,
        login_id: letter.user.login_id,
        at: word::time(cx.now, cx.lang),
        until: word::time(letter.grant.expires_at, cx.lang),
        password: letter.password,
    };
    html(StatusCode::OK, &template)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::http::lang::Lang;
    use crate::http::page::sample;

    #[test]
    fn http_staff_letter_shows_both_passwords_and_how_to_begin() {
        for lang in [Lang::Ja, Lang::En] {
            let letter = Letter {
                page: sample(lang, ""),
                person: Person::sample(),
                contract_id: "c1".into(),
                account: "a".into(),
                company_name: "c".into(),
                at: "t".into(),
                temporary_login_password: Secret::new("tmp-login"),
                temporary_confirmation_password: Secret::new("tmp-confirm"),
            };
            let text = letter.render().unwrap();
            assert!(text.contains("tmp-login") && text.contains("tmp-confirm"));
            assert!(text.contains("https://localhost:1"), "where to begin");
        }
    }

    #[test]
    fn http_staff_letter_of_a_grant_shows_its_password_and_where_it_is_asked_for() {
        for (lang, login_id) in [(Lang::Ja, "tarodt01"), (Lang::En, "hanakodt")] {
            let letter = Acquisition {
                page: sample(lang, ""),
                person: Person::sample(),
                contract_id: "c1".into(),
                account: "a".into(),
                company_name: "c".into(),
                login_id: login_id.into(),
                at: "t".into(),
                until: "u".into(),
                password: Secret::new("one-time"),
            };
            let text = letter.render().unwrap();
            assert!(text.contains("one-time") && text.contains(login_id));
            assert!(text.contains("https://localhost:1/certificate/identify"));
        }
    }
}
