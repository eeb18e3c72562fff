//! A contract: its users, its grants, and its entries and decisions.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;

use super::Person;
use super::gate::Member;
use super::show::{Fact, Line, facts, lines};
use crate::http::catalogue::{console, word};
use crate::http::context::{Answer, Cx};
use crate::http::page::{Page, html};
use crate::services::records::{ContractStatus, Grant, GrantState, Method};

struct UserLine {
    href: String,
    login_id: String,
    name: String,
    role: &'static str,
    lock: String,
    certificate: String,
}

struct GrantLine {
    state: &'static str,
    user: String,
    created: String,
    /// From when it can be used, if it has to wait.
    usable: Option<String>,
    expires: String,
    /// Where it is stopped at once.
    stop: Option<String>,
    /// Where a letter with 証明書取得用パスワード is printed; none if it is not used.
    letter: Option<String>,
}

/// Possible operations, as links and forms.
struct Actions {
    application: bool,
    cancel: bool,
    details: bool,
    password_method: bool,
    letter: bool,
}

#[derive(Template)]
#[template(path = "staff/contract.html")]
struct One {
    page: Page,
    person: Person,
    path: String,
    about: Vec<Fact>,
    actions: Actions,
    users: Vec<UserLine>,
    /// Users who have left: page, login ID with name, since when.
    former: Vec<(String, String, String)>,
    grants: Vec<GrantLine>,
    history: Vec<Line>,
}

/// `GET /contracts/{id}`.
pub async fn show(cx: Cx, member: Member, Path(id): Path<String>) -> Answer {
    let (lang, now) = (cx.lang, cx.now);
    let accounts = cx.app.services.accounts();
    let overview = accounts.contract_overview(&id).await?;
    let history = accounts.contract_proposals(&id, 50).await?;
    let contract = &overview.contract;
    let in_force = contract.status == ContractStatus::Active;
    let users = overview.users.iter().map(|(user, certificate)| UserLine {
        href: format!("/users/{}", user.id),
        login_id: user.login_id.clone(),
        name: user.name.clone(),
        role: console::user_role(user.role, lang),
        lock: console::lock(&user.login, now, lang),
        certificate: certificate.as_ref().map_or_else(String::new, |one| {
            let state = console::certificate_state(one.state, lang);
            format!("{state} ({})", word::date(one.not_after, lang))
        }),
    });
    let login_id = |id: &Option<String>| {
        let found = overview.users.iter().map(|(user, _)| user);
        let found = found.chain(&overview.former);
        let mut found = found.filter(|user| Some(&user.id) == id.as_ref());
        found
            .next()
            .map_or_else(String::new, |user| user.login_id.clone())
    };
    let asked = cx.app.services.settings().passwords.acquisition;
    let prints = asked && in_force && member.acts("/grants/{id}/letter");
    let stops = member.acts("/grants/{id}/stop");
    let is_open = |grant: &Grant| grant.state == GrantState::Open && now < grant.expires_at;
    let grants = overview.grants.iter().map(|grant| GrantLine {
        state: console::grant_state(grant, now, lang),
        user: login_id(&grant.user_id),
        created: word::date(grant.created_at, lang),
        usable: grant.waits_until(now).map(|from| word::time(from, lang)),
        expires: word::date(grant.expires_at, lang),
        stop: (stops && is_open(grant)).then(|| format!("/grants/{}/stop", grant.id)),
        letter: (prints && is_open(grant)).then(|| format!("/grants/{}/letter", grant.id)),
    });
    let former = overview.former.iter().map(|user| {
        let since = user
            .left_at
            .map_or_else(String::new, |at| word::time(at, lang));
        let name = format!("{} ({})", user.name, user.login_id);
        (format!("/users/{}", user.id), name, since)
    });
    let template = One {
        page: cx.page(""),
        person: Person::of(&member, lang),
        path: format!("/contracts/{id}"),
        about: facts(console::contract(contract, lang)),
        actions: Actions {
            application: in_force && member.acts("/contracts/{id}/application"),
            cancel: in_force && member.acts("/contracts/{id}/cancel"),
            details: in_force && member.acts("/contracts/{id}/details"),
            password_method: in_force
                && contract.method == Method::Certificate
                && member.acts("/contracts/{id}/password-method"),
            letter: in_force && overview.users.is_empty() && member.acts("/contracts/{id}/letter"),
        },
        users: users.collect(),
        former: former.collect(),
        grants: grants.collect(),
        history: lines(&history, lang),
    };
    html(StatusCode::OK, &template)
}
