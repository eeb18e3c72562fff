//! A list of contracts: looked at line by line, then imported as it was shown.

use askama::Template;
use axum::http::StatusCode;

use super::Person;
use super::gate::Member;
use crate::http::catalogue::{field, import as words};
use crate::http::cx::{Answer, Cx, Form};
use crate::http::failure::Failure;
use crate::http::page::{Page, html};
use crate::workflow::imports::{BadLine, Report, Why};

struct Line {
    number: usize,
    account: String,
    why: String,
}

#[derive(Template)]
#[template(path = "staff/import.html")]
struct Import {
    page: Page,
    person: Person,
    /// What was found: sentence, and the id for the import where there is something to import.
    found: Option<(String, Option<String>)>,
    bad: Vec<Line>,
}

fn screen(
    cx: &Cx,
    member: &Member,
    status: StatusCode,
    page: Page,
    found: Option<(String, Option<String>)>,
    bad: &[BadLine],
) -> Answer {
    let bad = bad.iter().map(|line| Line {
        number: line.number,
        account: line.account.clone(),
        why: why(cx, &line.why),
    });
    let template = Import {
        page,
        person: Person::of(member, cx.lang),
        found,
        bad: bad.collect(),
    };
    html(status, &template)
}

fn why(cx: &Cx, why: &Why) -> String {
    match why {
        Why::Fields(errors) => {
            let parts: Vec<String> = errors
                .iter()
                .map(|error| {
                    let label = field::label(error.field, cx.lang);
                    format!("{label}: {}", field::sentence(error.problem, cx.lang))
                })
                .collect();
            parts.join(" / ")
        }
        other => words::why(other, cx.lang).to_owned(),
    }
}

/// `GET /contracts/import`.
pub async fn form(cx: Cx, member: Member) -> Answer {
    screen(&cx, &member, StatusCode::OK, cx.page(""), None, &[])
}

fn refused(cx: &Cx, member: &Member, failure: Failure) -> Answer {
    match failure {
        Failure::Refused(_) => {
            let page = cx.page("").saying(failure.message(cx.lang));
            screen(cx, member, failure.status(), page, None, &[])
        }
        other => Err(other),
    }
}

/// `POST /contracts/import`: the dry run, or with the id of one the import.
pub async fn submit(cx: Cx, member: Member, Form(fields): Form) -> Answer {
    let people = cx.app.workflows.people();
    let (staff, caller) = (&member.0.id, cx.caller());
    let run = fields.text("run");
    if run.is_empty() {
        let list = fields.text("list").to_owned();
        return match people.check_import(staff, list, caller, cx.now).await {
            Ok(dry) => {
                let Report { lines, good, .. } = dry.report;
                let sentence = words::checked(lines, good, dry.report.bad_count, cx.lang);
                let found = Some((sentence, (good > 0).then_some(dry.id)));
                screen(
                    &cx,
                    &member,
                    StatusCode::OK,
                    cx.page(""),
                    found,
                    &dry.report.bad,
                )
            }
            Err(error) => refused(&cx, &member, error.into()),
        };
    }
    match people.run_import(staff, run, caller, cx.now).await {
        Ok(report) => {
            let found = Some((words::done(report.good, cx.lang), None));
            screen(
                &cx,
                &member,
                StatusCode::OK,
                cx.page(""),
                found,
                &report.bad,
            )
        }
        Err(error) => refused(&cx, &member, error.into()),
    }
}
