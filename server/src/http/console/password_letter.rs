//! 仮パスワード, and 証明書取得用パスワード of a grant, on paper: requested by one person, shown once to another, printed, handed over.
//! A new letter invalidates the earlier one.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use inkan_pki::secret::Secret;

use super::gate::Member;
use super::{Person, account};
use crate::http::catalogue::word;
use crate::http::context::{Answer, Cx, Form};
use crate::http::page::{Page, html};
use crate::services::accounts::counter::Handover;
use crate::services::records::{Contract, User};

/// What the letter is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Contract,
    Reset,
    Grant,
}

/// The first of two people has requested the letter.
#[derive(Template)]
#[template(path = "staff/letter_requested.html")]
struct Requested {
    page: Page,
    person: Person,
    kind: Kind,
    back: String,
}

fn requested(cx: &Cx, member: &Member, kind: Kind, back: String) -> Answer {
    let template = Requested {
        page: cx.page(""),
        person: Person::of(member, cx.lang),
        kind,
        back,
    };
    html(StatusCode::OK, &template)
}

#[derive(Template)]
#[template(path = "staff/password_letter.html")]
struct Letter {
    page: Page,
    person: Person,
    contract_id: String,
    account: String,
    company_name: String,
    /// The user of a reset; for a contract's first letter nobody has registered.
    user: Option<(String, String)>,
    at: String,
    temporary_login_password: Secret,
    temporary_confirmation_password: Secret,
}

/// The letter of a contract, or of one of its users.
fn show(
    cx: &Cx,
    member: &Member,
    (contract, user): (&Contract, Option<&User>),
    (login, confirmation): (Secret, Secret),
) -> Answer {
    let template = Letter {
        page: cx.page(""),
        person: Person::of(member, cx.lang),
        contract_id: contract.id.clone(),
        account: account(contract, cx.lang),
        company_name: contract.company_name.clone(),
        user: user.map(|user| (user.login_id.clone(), user.name.clone())),
        at: word::time(cx.now, cx.lang),
        temporary_login_password: login,
        temporary_confirmation_password: confirmation,
    };
    html(StatusCode::OK, &template)
}

/// `POST /contracts/{id}/letter`: new temporary passwords; the earlier ones become invalid.
pub async fn issue(cx: Cx, member: Member, Path(id): Path<String>, Form(_): Form) -> Answer {
    let (accounts, request) = (cx.app.services.accounts(), cx.by_staff(&member.0.id));
    let Handover::Issued(letter) = accounts.issue_letter(&request, &id).await? else {
        return requested(&cx, &member, Kind::Contract, format!("/contracts/{id}"));
    };
    let passwords = (letter.login, letter.confirmation);
    show(&cx, &member, (&letter.contract, None), passwords)
}

/// `POST /proposals/{id}/letter`: the temporary passwords of an approved reset; the user's own become invalid.
pub async fn reset(cx: Cx, member: Member, Path(id): Path<String>, Form(_): Form) -> Answer {
    let (accounts, request) = (cx.app.services.accounts(), cx.by_staff(&member.0.id));
    let Handover::Issued(letter) = accounts.issue_reset_letter(&request, &id).await? else {
        return requested(&cx, &member, Kind::Reset, format!("/proposals/{id}"));
    };
    let passwords = (letter.login, letter.confirmation);
    let of = (&letter.contract, Some(&letter.user));
    show(&cx, &member, of, passwords)
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
    let Handover::Issued(letter) = accounts.issue_acquisition_letter(&request, &id).await? else {
        return requested(&cx, &member, Kind::Grant, "/contracts".to_owned());
    };
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
            let letter = |user: Option<(String, String)>| Letter {
                page: sample(lang, ""),
                person: Person::sample(),
                contract_id: "c1".into(),
                account: "a".into(),
                company_name: "c".into(),
                user,
                at: "t".into(),
                temporary_login_password: Secret::new("tmp-login"),
                temporary_confirmation_password: Secret::new("tmp-confirm"),
            };
            let text = letter(None).render().unwrap();
            assert!(text.contains("tmp-login") && text.contains("tmp-confirm"));
            assert!(text.contains("https://localhost:1/"), "where to begin");
            let user = ("hanakodt".to_owned(), "花子".to_owned());
            let text = letter(Some(user)).render().unwrap();
            assert!(text.contains("hanakodt") && text.contains("花子"));
            assert!(text.contains(lang.pick("利用開始登録", "Start as a new user")));
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
