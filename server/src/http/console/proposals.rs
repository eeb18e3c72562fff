//! What awaits approval, and the page of one proposal: everything that the second person must have seen.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;

use super::Person;
use super::entry;
use super::gate::Member;
use super::routes::IMPORT;
use super::show::{Fact, Line, facts, lines};
use crate::http::catalogue::{Message, proposal as words, refusal, word};
use crate::http::context::{Answer, Cx, Form, see_other};
use crate::http::failure::Failure;
use crate::http::form::FormView;
use crate::http::page::{Page, html};
use crate::http::problem::HttpProblem;
use crate::services::approvals::{Kind, ProposalView, State, rights};

#[derive(Template)]
#[template(path = "staff/proposals.html")]
struct Waiting {
    page: Page,
    person: Person,
    waiting: Vec<Line>,
}

/// `GET /proposals`.
pub async fn list(cx: Cx, member: Member) -> Answer {
    let waiting = cx
        .app
        .services
        .accounts()
        .waiting_proposals(&member.0)
        .await?;
    let template = Waiting {
        page: cx.page(""),
        person: Person::of(&member, cx.lang),
        waiting: lines(&waiting, cx.lang),
    };
    html(StatusCode::OK, &template)
}

struct Contributor {
    how: &'static str,
    name: String,
    at: String,
    said: String,
}

struct Change {
    label: &'static str,
    now: String,
    after: String,
}

#[derive(Template)]
#[template(path = "staff/proposal.html")]
struct One {
    page: Page,
    person: Person,
    path: String,
    kind: &'static str,
    effect: &'static str,
    state: &'static str,
    about: Vec<Fact>,
    /// Who gets a certificate by it; none if it gives none.
    grantee: Option<Vec<Fact>>,
    /// What happened to that user lately.
    recent: Vec<Fact>,
    /// That nothing happened.
    no_recent: String,
    /// From when the certificate could be issued, if it has to wait.
    usable_from: Option<String>,
    /// Its contract, or the contract that it created.
    contract: Option<String>,
    /// Its list: where to save it, and where to import it.
    list: Option<String>,
    import: Option<String>,
    /// Where the letter of an approved reset of passwords is printed.
    letter: Option<String>,
    proposed: Vec<Fact>,
    changes: Vec<Change>,
    contributors: Vec<Contributor>,
    outcome: Option<(String, String)>,
    /// The version shown; sent back with the decision.
    version: i64,
    waiting: bool,
    stale: bool,
    review: bool,
    /// Why this person cannot decide.
    hindrance: Option<Message>,
    may_approve: bool,
    may_reject: bool,
    may_withdraw: bool,
    may_enter: bool,
    may_amend: bool,
    form: FormView,
}

/// `GET /proposals/{id}`.
pub async fn show(cx: Cx, member: Member, Path(id): Path<String>) -> Answer {
    let (page, form) = (cx.page(""), FormView::default());
    screen(&cx, &member, &id, StatusCode::OK, page, form).await
}

/// The page of a proposal, with a message after a refusal.
pub(super) async fn screen(
    cx: &Cx,
    member: &Member,
    id: &str,
    status: StatusCode,
    page: Page,
    form: FormView,
) -> Answer {
    let view = cx
        .app
        .services
        .accounts()
        .proposal(&member.0, id, cx.now)
        .await?;
    html(status, &template(cx, member, view, page, form))
}

fn template(cx: &Cx, member: &Member, view: ProposalView, page: Page, form: FormView) -> One {
    let (lang, proposal) = (cx.lang, &view.proposal);
    let kind = proposal.kind;
    let waiting = proposal.state == State::Entered;
    let review = kind == Kind::Incident;
    let decides = rights::may_decide(kind).contains(&member.0.role);
    let enters = waiting && rights::may_enter(kind).contains(&member.0.role);
    let hindrance = view.hindrance(&member.0);
    let by_me = proposal.entered_by.employee_number == member.0.employee_number;
    let only_stale = waiting && decides && !view.is_by(&member.0) && !view.is_current();
    let held = view.subject.is_held();
    let done = view
        .subject
        .import
        .as_ref()
        .is_none_or(|one| one.done_at.is_some());
    let list = |end: &str, shown: bool| {
        let shown = shown && member.acts(IMPORT);
        shown.then(|| format!("{IMPORT}/{}/{end}", proposal.subject))
    };
    let outcome = proposal.decided_at.map(|at| {
        let by = view.decided_by.clone().unwrap_or_default();
        let why = proposal.reason.clone().unwrap_or_default();
        (format!("{by} {}", word::time(at, lang)), why)
    });
    let changes = if waiting {
        words::changes(kind, &view.subject, &view.change, lang)
    } else {
        Vec::new()
    };
    let contributors = view
        .contributors
        .iter()
        .map(|(touch, name, change)| Contributor {
            how: words::how(touch.how, lang),
            name: name.clone(),
            at: word::time(touch.at, lang),
            said: said(words::proposed(change, lang)),
        });
    One {
        person: Person::of(member, lang),
        path: format!("/proposals/{}", proposal.id),
        kind: words::kind(kind, lang),
        effect: words::effect(kind, lang),
        state: word::proposal_state(proposal.state, lang),
        about: facts(words::about(&view.subject, lang)),
        grantee: matches!(kind, Kind::Application | Kind::Reissue)
            .then(|| facts(words::grantee(&view.subject, lang))),
        recent: facts(words::recent(&view.recent, lang)),
        no_recent: words::no_recent(cx.app.services.settings().periods.recent, lang),
        usable_from: view.usable_from.map(|from| word::time(from, lang)),
        contract: proposal
            .contract_id
            .as_ref()
            .map(|id| format!("/contracts/{id}")),
        list: list("list.csv", kind == Kind::Import && !done),
        import: list("run", view.subject.list_is_due()),
        letter: (view.letter_due && member.acts("/proposals/{id}/letter"))
            .then(|| format!("/proposals/{}/letter", proposal.id)),
        proposed: facts(words::proposed(&view.change, lang)),
        changes: changes
            .into_iter()
            .map(|(label, now, after)| Change { label, now, after })
            .collect(),
        contributors: contributors.collect(),
        outcome,
        version: proposal.version,
        waiting,
        stale: !view.is_current(),
        review,
        may_approve: hindrance.is_none(),
        may_reject: hindrance.is_none() || (only_stale && !(review && held)),
        hindrance: hindrance
            .filter(|_| waiting && (decides || by_me))
            .map(|refused| refusal::message(&refused, lang)),
        may_withdraw: enters && by_me && !review,
        may_enter: enters && !by_me,
        may_amend: enters && !review,
        page,
        form,
    }
}

fn said(proposed: Vec<(&'static str, String)>) -> String {
    let parts: Vec<String> = proposed
        .into_iter()
        .map(|(label, value)| format!("{label}: {value}"))
        .collect();
    parts.join(" / ")
}

/// `GET /proposals/{id}/amend`.
pub async fn amend_form(cx: Cx, member: Member, Path(id): Path<String>) -> Answer {
    let view = cx
        .app
        .services
        .accounts()
        .proposal(&member.0, &id, cx.now)
        .await?;
    let (page, form) = (cx.page(""), entry::filled(&view.change));
    entry::amending(&cx, &member, view, StatusCode::OK, page, form)
}

/// `POST /proposals/{id}/amend`.
pub async fn amend(cx: Cx, member: Member, Path(id): Path<String>, Form(fields): Form) -> Answer {
    let shown = fields.text("shown").parse();
    let shown: i64 = shown.map_err(|_| HttpProblem::BadRequest)?;
    let (accounts, request) = (cx.app.services.accounts(), cx.by_staff(&member.0.id));
    let form = entry::proposed_change_form(&fields);
    let done = accounts.amend_proposal(&request, &id, shown, &form).await;
    match done.map_err(Failure::from) {
        Ok(_) => Ok(see_other(&format!("/proposals/{id}"))),
        Err(failure @ Failure::Refused(_)) => {
            let view = accounts.proposal(&member.0, &id, cx.now).await?;
            let (page, form) = entry::refused(&cx, &failure, &fields);
            entry::amending(&cx, &member, view, failure.status(), page, form)
        }
        Err(other) => Err(other),
    }
}
