//! The auditor's page: rows by a query, exports, and verification of the whole chain.

use askama::Template;
use axum::extract::Query;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::Person;
use super::gate::Member;
use crate::http::catalogue::audit as words;
use crate::http::context::{Answer, Cx, Form};
use crate::http::page::{Page, html};
use crate::services::audit::{AuditRow, Filter, export};

/// Rows on one page.
const PAGE: i64 = 100;
/// Rows of one export; the command line exports them all.
const EXPORT: i64 = 10_000;

struct Row {
    seq: i64,
    at: String,
    actor: String,
    action: String,
    subject: String,
    address: String,
    outcome: String,
    detail: String,
}

#[derive(Template)]
#[template(path = "staff/audit.html")]
struct Log {
    page: Page,
    person: Person,
    asked: Asked,
    kinds: Vec<(&'static str, &'static str)>,
    outcomes: Vec<(&'static str, &'static str)>,
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
    let names = accounts.staff_members().await?;
    let name = |id: &str| {
        names
            .iter()
            .find(|one| one.id == id)
            .map(|one| one.name.clone())
    };
    let line = |row: &AuditRow| Row {
        seq: row.seq,
        at: words::at(row.at, cx.lang),
        actor: match row.actor_id.as_deref() {
            Some(id) => format!(
                "{} {}",
                words::actor(&row.actor_kind, cx.lang),
                name(id).unwrap_or_else(|| id.to_owned())
            ),
            None => words::actor(&row.actor_kind, cx.lang).to_owned(),
        },
        action: row.action.clone(),
        subject: format!("{} {}", row.subject_kind, row.subject_id),
        address: row.address.clone().unwrap_or_default(),
        outcome: format!("{} {}", words::outcome(&row.outcome, cx.lang), row.code),
        detail: if row.detail == "null" {
            String::new()
        } else {
            row.detail.clone()
        },
    };
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
        rows: found.iter().map(line).collect(),
        query,
        older,
        limit: EXPORT,
        verdict,
        may_verify: member.acts("/audit/verify"),
        asked,
    };
    html(StatusCode::OK, &template)
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
