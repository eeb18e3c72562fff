//! A customer's user: lock states, certificates with their history, last logins.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;

use super::Person;
use super::gate::Member;
use super::show::{Fact, facts};
use crate::http::catalogue::short_reason::short_reason;
use crate::http::catalogue::{console, proposal as words, word};
use crate::http::context::{Answer, Cx};
use crate::http::page::{Page, html};
use crate::services::approvals::{Kind, Subject};
use crate::services::records::{CertificateState, ContractStatus, Login};

struct CertificateLine {
    id: String,
    serial: String,
    state: &'static str,
    until: String,
    since: String,
    reason: &'static str,
    may_incident: bool,
    may_revoke: bool,
    may_release: bool,
}

struct LoginLine {
    at: String,
    method: &'static str,
    outcome: &'static str,
    why: String,
    address: String,
}

#[derive(Template)]
#[template(path = "staff/user.html")]
struct One {
    page: Page,
    person: Person,
    path: String,
    contract_path: String,
    about: Vec<Fact>,
    may_unlock: bool,
    may_reissue: bool,
    may_reset: bool,
    may_change: bool,
    may_leave: bool,
    /// An approved reset of passwords whose letter was not shown yet.
    reset: Option<String>,
    certificates: Vec<CertificateLine>,
    logins: Vec<LoginLine>,
}

/// `GET /users/{id}`.
pub async fn show(cx: Cx, member: Member, Path(id): Path<String>) -> Answer {
    let lang = cx.lang;
    let accounts = cx.app.services.accounts();
    let subject = accounts.proposal_subject(Kind::Unlock, &id).await?;
    let reset = match &subject.user {
        Some(user) => accounts.reset_due(user, cx.now).await?,
        None => None,
    };
    let logins = accounts.login_history(&id).await?;
    let stays = subject
        .user
        .as_ref()
        .is_some_and(|user| user.left_at.is_none());
    let template = One {
        page: cx.page(""),
        person: Person::of(&member, lang),
        path: format!("/users/{id}"),
        contract_path: subject
            .contract
            .as_ref()
            .map_or_else(String::new, |contract| {
                format!("/contracts/{}", contract.id)
            }),
        about: facts(about(&cx, &subject)),
        may_unlock: stays && is_locked(&cx, &subject) && member.acts("/users/{id}/unlock"),
        may_reissue: stays && wants_grant(&subject) && member.acts("/users/{id}/reissue"),
        may_reset: stays && in_force(&subject) && member.acts("/users/{id}/password-reset"),
        may_change: stays && in_force(&subject) && member.acts("/users/{id}/details"),
        may_leave: stays && in_force(&subject) && member.acts("/users/{id}/leave"),
        reset: reset.map(|id| format!("/proposals/{id}")),
        certificates: certificates(&cx, &member, &subject),
        logins: logins.iter().map(|login| login_line(&cx, login)).collect(),
    };
    html(StatusCode::OK, &template)
}

fn about(cx: &Cx, subject: &Subject) -> Vec<words::Fact> {
    let mut about = words::about(subject, cx.lang);
    if let Some(user) = &subject.user {
        about.extend(console::user(user, cx.now, cx.lang));
    }
    about
}

fn is_locked(cx: &Cx, subject: &Subject) -> bool {
    subject.user.as_ref().is_some_and(|user| {
        user.counted()
            .iter()
            .any(|(_, one)| one.suspended || one.locked_until.is_some_and(|until| cx.now < until))
    })
}

/// 発行許可: contract active, and no active or pending certificate.
fn wants_grant(subject: &Subject) -> bool {
    let held = subject.certificates.iter().any(|one| {
        !matches!(
            one.state,
            CertificateState::Revoked | CertificateState::Superseded | CertificateState::Abandoned
        )
    });
    in_force(subject) && !held
}

fn in_force(subject: &Subject) -> bool {
    let contract = subject.contract.as_ref();
    contract.is_some_and(|contract| contract.status == ContractStatus::Active)
}

fn certificates(cx: &Cx, member: &Member, subject: &Subject) -> Vec<CertificateLine> {
    let lang = cx.lang;
    let line = subject.certificates.iter().map(|one| {
        let state = one.state;
        let ended = one.ended_at.or(one.activated_at).or(one.issued_at);
        CertificateLine {
            id: one.id.clone(),
            serial: one.serial.clone(),
            state: console::certificate_state(state, lang),
            until: word::date(one.not_after, lang),
            since: word::time(ended.unwrap_or(one.created_at), lang),
            reason: console::stored_reason(one.reason.as_deref(), lang),
            may_incident: state == CertificateState::Active
                && member.acts("/certificates/{id}/incident"),
            may_revoke: matches!(
                state,
                CertificateState::Issued | CertificateState::Active | CertificateState::Suspended
            ) && member.acts("/certificates/{id}/revoke"),
            may_release: state == CertificateState::Suspended
                && member.acts("/certificates/{id}/release"),
        }
    });
    line.collect()
}

fn login_line(cx: &Cx, login: &Login) -> LoginLine {
    LoginLine {
        at: word::time(login.at, cx.lang),
        method: word::login_method(login.method, login.via, cx.lang),
        outcome: word::outcome(login.outcome, cx.lang),
        why: short_reason(&login.code, cx.lang).to_owned(),
        address: login.address.clone().unwrap_or_default(),
    }
}
