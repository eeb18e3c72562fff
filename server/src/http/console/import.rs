//! A list of contracts: checked line by line, entered, and imported once another person has approved it.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;

use super::Person;
use super::audit::download;
use super::gate::Member;
use crate::http::catalogue::{field, import as words};
use crate::http::context::{Answer, Cx, Form};
use crate::http::failure::Failure;
use crate::http::page::{Page, html};
use crate::http::upload;
use crate::services::accounts::imports::{BadLine, Report, Why};
use crate::services::audit::export;
use crate::services::{Refusal, StaffRefusal};

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
    found: Option<Found>,
    bad: Vec<Line>,
}

/// The result.
struct Found {
    sentence: String,
    /// The checked list, which can be entered.
    list: Option<String>,
    /// Whether it has anything to import.
    ready: bool,
}

fn screen(
    cx: &Cx,
    member: &Member,
    status: StatusCode,
    page: Page,
    found: Option<Found>,
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

/// `GET /contracts/import/{id}/report.csv`: every line that cannot be imported, for a spreadsheet.
pub async fn report(cx: Cx, member: Member, Path(id): Path<String>) -> Answer {
    let (accounts, request) = (cx.app.services.accounts(), cx.by_staff(&member.0.id));
    let bad = accounts.import_report(&request, &id).await?;
    let mut body = format!("\u{feff}{}", export::csv(words::columns(cx.lang)));
    for line in &bad {
        let (number, why) = (line.number.to_string(), why(&cx, &line.why));
        body.push_str(&export::csv([&*number, &line.account, &why]));
    }
    Ok(download("csv", body))
}

/// `GET /contracts/import/{id}/list.csv`: the lines of a list, for the approver.
pub async fn list(cx: Cx, member: Member, Path(id): Path<String>) -> Answer {
    let (accounts, request) = (cx.app.services.accounts(), cx.by_staff(&member.0.id));
    let list = accounts.import_list(&request, &id).await?;
    Ok(download("csv", format!("\u{feff}{list}")))
}

/// `POST /contracts/import`: the dry run.
pub async fn submit(cx: Cx, member: Member, Form(fields): Form) -> Answer {
    let accounts = cx.app.services.accounts();
    let list = match fields.file("file") {
        [] => fields.text("list").to_owned(),
        file => match upload::text(file) {
            Some(text) => text,
            None => {
                let refusal = Refusal::Staff(StaffRefusal::ImportNotText);
                return refused(&cx, &member, Failure::Refused(refusal));
            }
        },
    };
    match accounts
        .check_import(&cx.by_staff(&member.0.id), list)
        .await
    {
        Ok(dry) => {
            let Report { lines, good, .. } = dry.report;
            let sentence = words::checked(lines, good, dry.report.bad_count, cx.lang);
            let found = Some(Found {
                sentence,
                list: Some(dry.id),
                ready: good > 0,
            });
            let (page, bad) = (cx.page(""), &dry.report.bad);
            screen(&cx, &member, StatusCode::OK, page, found, bad)
        }
        Err(error) => refused(&cx, &member, error.into()),
    }
}

/// `POST /contracts/import/{id}/run`: imports an approved list.
pub async fn run(cx: Cx, member: Member, Path(id): Path<String>, Form(_): Form) -> Answer {
    let (accounts, request) = (cx.app.services.accounts(), cx.by_staff(&member.0.id));
    match accounts.run_import(&request, &id).await {
        Ok(report) => {
            let found = Some(Found {
                sentence: words::done(report.good, cx.lang),
                list: None,
                ready: false,
            });
            let page = cx.page("");
            screen(&cx, &member, StatusCode::OK, page, found, &report.bad)
        }
        Err(error) => refused(&cx, &member, error.into()),
    }
}
