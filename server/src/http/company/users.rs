//! BUSR001, the users of the contract; BUSR002, one of them.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use serde::Deserialize;

use super::operation::person;
use super::{USERS, who};
use crate::http::catalogue::company::{self, Label, label};
use crate::http::catalogue::{console, word};
use crate::http::context::{Answer, Cx};
use crate::http::lang::Lang;
use crate::http::page::{Page, html};
use crate::services::accounts::company::view::Colleague;
use crate::services::records::{Certificate, User};

struct Line {
    href: String,
    login_id: String,
    name: String,
    role: &'static str,
    state: String,
    certificate: String,
    until: String,
}

struct CertificateLine {
    state: &'static str,
    reason: &'static str,
    since: String,
    until: String,
    serial: String,
}

#[derive(Template)]
#[template(path = "company/users.html")]
struct Busr001 {
    page: Page,
    company_name: String,
    users: Vec<Line>,
    more: Option<String>,
}

#[derive(Template)]
#[template(path = "company/user.html")]
struct Busr002 {
    page: Page,
    path: String,
    history: String,
    facts: Vec<(&'static str, String)>,
    certificates: Vec<CertificateLine>,
    may_unlock: bool,
    may_revoke: bool,
    may_give_role: bool,
    may_hand_over: bool,
    is_self: bool,
}

/// URL of the next page of the list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct After {
    after: String,
}

/// `GET /company/users`: BUSR001.
pub async fn list(cx: Cx, Query(query): Query<After>) -> Answer {
    let found = who(&cx).await?;
    let accounts = cx.app.services.accounts();
    let page = accounts
        .users_of_contract(&found.user.id, &query.after)
        .await?;
    let users = page.users.iter();
    let template = Busr001 {
        page: cx.session_page("BUSR001"),
        company_name: found.contract.company_name,
        users: users
            .map(|(user, one)| line(&cx, user, one.as_ref()))
            .collect(),
        more: page.more.map(|after| {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.append_pair("after", &after).finish()
        }),
    };
    html(StatusCode::OK, &template)
}

fn line(cx: &Cx, user: &User, certificate: Option<&Certificate>) -> Line {
    let none = label(Label::Nothing, cx.lang).to_owned();
    Line {
        href: format!("{USERS}/{}", user.id),
        login_id: user.login_id.clone(),
        name: user.name.clone(),
        role: console::user_role(user.role, cx.lang),
        state: company::user_state(user, cx.now, cx.lang),
        certificate: certificate.map_or(none, |one| {
            console::certificate_state(one.state, cx.lang).to_owned()
        }),
        until: certificate.map_or_else(String::new, |one| word::date(one.not_after, cx.lang)),
    }
}

/// `GET /company/users/{id}`: BUSR002.
pub async fn one(cx: Cx, Path(id): Path<String>) -> Answer {
    let found = who(&cx).await?;
    let accounts = cx.app.services.accounts();
    let shown = accounts.colleague(&found.user.id, &id, cx.now).await?;
    let certificates = shown.certificates.iter();
    let template = Busr002 {
        page: cx.session_page("BUSR002"),
        path: format!("{USERS}/{}", shown.user.id),
        history: format!("{}?user={}", super::HISTORY, shown.user.id),
        facts: facts(&cx, &shown),
        certificates: certificates
            .map(|one| certificate_line(one, cx.lang))
            .collect(),
        may_unlock: shown.may_unlock,
        may_revoke: shown.revocable.is_some(),
        may_give_role: !shown.roles.is_empty(),
        may_hand_over: shown.may_hand_over,
        is_self: shown.user.id == found.user.id,
    };
    html(StatusCode::OK, &template)
}

fn facts(cx: &Cx, shown: &Colleague) -> Vec<(&'static str, String)> {
    let (user, lang) = (&shown.user, cx.lang);
    let mut facts = person(cx, user);
    facts.push((label(Label::Email, lang), user.email.clone()));
    facts.push((
        label(Label::LoginPassword, lang),
        console::lock(&user.login, cx.now, lang),
    ));
    facts.push((
        label(Label::ConfirmationPassword, lang),
        console::lock(&user.confirmation, cx.now, lang),
    ));
    facts.push((label(Label::Registered, lang), company::since(user, lang)));
    facts
}

fn certificate_line(one: &Certificate, lang: Lang) -> CertificateLine {
    let since = one.ended_at.or(one.activated_at).unwrap_or(one.created_at);
    CertificateLine {
        state: console::certificate_state(one.state, lang),
        reason: console::stored_reason(one.reason.as_deref(), lang),
        since: word::time(since, lang),
        until: word::date(one.not_after, lang),
        serial: company::serial(&one.serial),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::http::page::sample;

    #[test]
    fn http_busr001_lists_users_and_escapes_them() {
        for lang in [Lang::Ja, Lang::En] {
            let template = Busr001 {
                page: sample(lang, "BUSR001"),
                company_name: "株式会社大空商事".into(),
                users: vec![Line {
                    href: "/company/users/u1".into(),
                    login_id: "taro<01>".into(),
                    name: "太郎".into(),
                    role: "r",
                    state: "s".into(),
                    certificate: "c".into(),
                    until: "2027".into(),
                }],
                more: Some("after=taro".into()),
            };
            let text = template.render().unwrap();
            assert!(text.contains("/company/users/u1") && !text.contains("taro<01>"));
            assert!(text.contains("/company/users?after=taro"));
        }
    }
}
