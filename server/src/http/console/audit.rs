//! The auditor's page: rows by a query, exports, and verification of the whole chain.

use askama::Template;
use axum::extract::Query;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::Person;
use super::gate::Member;
use crate::http::catalogue::{audit as words, audit_action};
use crate::http::context::{Answer, Cx, Form};
use crate::http::lang::Lang;
use crate::http::page::{Page, html};
use crate::services::audit::{AuditAction, AuditRow, Filter, Named, Names, export};

/// Rows on one page.
const PAGE: i64 = 100;
/// Rows of one export; the command line exports them all.
const EXPORT: i64 = 10_000;

struct Row {
    seq: i64,
    at: String,
    actor: String,
    /// Query for everything that this person did.
    by_actor: Option<String>,
    action: String,
    subject: String,
    /// Query for everything that was done to it.
    about_subject: String,
    /// Its page, if the viewer may see it.
    page: Option<String>,
    refused: bool,
    outcome: &'static str,
    /// Ids, codes and the details as recorded.
    recorded: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "staff/audit.html")]
struct Log {
    page: Page,
    person: Person,
    asked: Asked,
    kinds: Vec<(&'static str, &'static str)>,
    outcomes: Vec<(&'static str, &'static str)>,
    actions: Vec<(String, String)>,
    rows: Vec<Row>,
    /// Query of the export and of older rows.
    query: String,
    older: Option<String>,
    limit: i64,
    /// The result of a verification, and whether the chain is intact.
    verdict: Option<(String, bool)>,
    may_verify: bool,
}

/// The query.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    actor_kind: String,
    actor: String,
    action: String,
    subject: String,
    outcome: String,
    from: String,
    until: String,
    before: Option<i64>,
}

impl Asked {
    fn filter(&self) -> Filter {
        let day = |text: &str, after: i64| words::day(text, after);
        let clip = |text: &str| {
            text.trim()
                .chars()
                .take(100)
                .collect::<String>()
                .replace('\0', "")
        };
        Filter {
            actor_kind: clip(&self.actor_kind),
            actor_id: clip(&self.actor),
            action: clip(&self.action),
            subject_id: clip(&self.subject),
            outcome: clip(&self.outcome),
            from: day(&self.from, 0),
            until: day(&self.until, 1),
        }
    }

    fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in [
            ("actor_kind", &self.actor_kind),
            ("actor", &self.actor),
            ("action", &self.action),
            ("subject", &self.subject),
            ("outcome", &self.outcome),
            ("from", &self.from),
            ("until", &self.until),
        ] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        query.finish()
    }
}

/// `GET /audit`.
pub async fn show(cx: Cx, member: Member, Query(asked): Query<Asked>) -> Answer {
    screen(&cx, &member, asked, None).await
}

async fn screen(cx: &Cx, member: &Member, asked: Asked, verdict: Option<(String, bool)>) -> Answer {
    let accounts = cx.app.services.accounts();
    let before = asked.before.unwrap_or(i64::MAX);
    let found = accounts.audit_rows(&asked.filter(), before, PAGE).await?;
    let names = accounts.audit_names(&found).await?;
    let full = i64::try_from(found.len()).is_ok_and(|n| n == PAGE);
    let query = asked.query();
    let older = found.last().filter(|_| full).map(|last| {
        let and = if query.is_empty() { "" } else { "&" };
        format!("{query}{and}before={}", last.seq)
    });
    let template = Log {
        page: cx.page(""),
        person: Person::of(member, cx.lang),
        kinds: words::actors(cx.lang),
        outcomes: words::outcomes(cx.lang),
        actions: actions(&asked.action, cx.lang),
        rows: found
            .iter()
            .map(|row| line(cx, member, row, &names))
            .collect(),
        query,
        older,
        limit: EXPORT,
        verdict,
        may_verify: member.acts("/audit/verify"),
        asked,
    };
    html(StatusCode::OK, &template)
}

/// The actions to choose from, and a beginning of an action that was asked for by the address.
fn actions(asked: &str, lang: Lang) -> Vec<(String, String)> {
    let all = AuditAction::ALL.iter().map(|&one| {
        let label = audit_action::action(one, lang);
        (one.as_str().to_owned(), label.to_owned())
    });
    let mut all: Vec<_> = all.collect();
    if !asked.is_empty() && AuditAction::parse(asked).is_none() {
        all.insert(0, (asked.to_owned(), format!("{asked}…")));
    }
    all
}

fn line(cx: &Cx, member: &Member, row: &AuditRow, names: &Names) -> Row {
    let lang = cx.lang;
    let actor_id = row.actor_id.as_deref();
    let named = actor_id.and_then(|id| names.of(&row.actor_kind, id));
    let actor = words::with_name(words::actor(&row.actor_kind, lang), named, lang);
    let subject = names.of(&row.subject_kind, &row.subject_id);
    let action = AuditAction::parse(&row.action);
    Row {
        seq: row.seq,
        at: words::at(row.at, lang),
        actor,
        by_actor: actor_id.map(|id| query_of("actor", id)),
        // A word of another release.
        action: action.map_or_else(
            || row.action.clone(),
            |action| audit_action::action(action, lang).to_owned(),
        ),
        subject: words::with_name(words::subject(&row.subject_kind, lang), subject, lang),
        about_subject: query_of("subject", &row.subject_id),
        page: subject.and_then(|subject| page_of(subject, member)),
        refused: row.outcome == "refused",
        outcome: words::outcome(&row.outcome, lang),
        recorded: words::recorded(row, lang),
    }
}

fn query_of(name: &str, value: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair(name, value).finish()
}

/// The page of somebody or something, if this member may open it.
fn page_of(named: &Named, member: &Member) -> Option<String> {
    let (pattern, page) = match named {
        Named::Staff(_) => return None,
        Named::User { id, .. } => ("/users/{id}", format!("/users/{id}")),
        Named::Contract { id, .. } => ("/contracts/{id}", format!("/contracts/{id}")),
        Named::Proposal { id, .. } => ("/proposals/{id}", format!("/proposals/{id}")),
    };
    member.sees(pattern).then_some(page)
}

/// `POST /audit/verify`.
pub async fn verify(cx: Cx, member: Member, Form(_): Form) -> Answer {
    let request = cx.by_staff(&member.0.id);
    let found = cx.app.services.verify_audit(&request).await?;
    let verdict = words::verdict(&found, cx.lang);
    screen(&cx, &member, Asked::default(), Some(verdict)).await
}

/// `GET /audit/export.csv`.
pub async fn csv(cx: Cx, member: Member, Query(asked): Query<Asked>) -> Answer {
    // With a byte order mark, spreadsheets recognise UTF-8.
    let head = format!("\u{feff}{}", export::csv_head());
    file(&cx, &member, &asked, "csv", head, export::csv_line).await
}

/// `GET /audit/export.jsonl`.
pub async fn jsonl(cx: Cx, member: Member, Query(asked): Query<Asked>) -> Answer {
    let line = |row: &AuditRow| export::json_line(row) + "\n";
    file(&cx, &member, &asked, "jsonl", String::new(), line).await
}

async fn file(
    cx: &Cx,
    member: &Member,
    asked: &Asked,
    format: &'static str,
    mut body: String,
    line: impl Fn(&AuditRow) -> String,
) -> Answer {
    let accounts = cx.app.services.accounts();
    let before = asked.before.unwrap_or(i64::MAX);
    let rows = accounts.audit_rows(&asked.filter(), before, EXPORT).await?;
    let request = cx.by_staff(&member.0.id);
    accounts.note_export(&request, format, rows.len()).await?;
    body.extend(rows.iter().map(line));
    Ok(download(format, body))
}

/// A response that is saved as a file.
pub(in crate::http) fn download(format: &'static str, body: String) -> Response {
    let (kind, name) = match format {
        "csv" => (
            "text/csv; charset=utf-8",
            "attachment; filename=\"inkan.csv\"",
        ),
        _ => (
            "application/jsonl; charset=utf-8",
            "attachment; filename=\"inkan.jsonl\"",
        ),
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static(name)),
    ];
    (headers, body).into_response()
}
