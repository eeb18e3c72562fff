//! BHIS001: 操作履歴.

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use serde::Deserialize;

use super::who;
use crate::http::catalogue::audit::{at, day};
use crate::http::catalogue::short_reason::short_reason;
use crate::http::catalogue::{company, word};
use crate::http::context::{Answer, Cx};
use crate::http::lang::Lang;
use crate::http::page::{Page, html};
use crate::services::accounts::company::history::{HistoryFilter, HistoryLine};
use crate::services::accounts::company::manages;

struct Line {
    at: String,
    who: String,
    action: &'static str,
    whom: String,
    serial: String,
    outcome: &'static str,
    why: String,
    address: String,
}

/// The query, as typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    user: String,
    from: String,
    until: String,
    before: String,
}

#[derive(Template)]
#[template(path = "company/history.html")]
struct Bhis001 {
    page: Page,
    asked: Asked,
    /// Id and name to choose from; empty for a user who sees only their own.
    users: Vec<(String, String)>,
    manages: bool,
    lines: Vec<Line>,
    older: Option<String>,
}

/// `GET /company/history`.
pub async fn show(cx: Cx, Query(mut asked): Query<Asked>) -> Answer {
    let found = who(&cx).await?;
    let (from, until) = (day(&asked.from, 0), day(&asked.until, 1));
    // Text that is not a date matches everything, and is not shown as a filter.
    for (typed, known) in [
        (&mut asked.from, from.is_some()),
        (&mut asked.until, until.is_some()),
    ] {
        if !known {
            typed.clear();
        }
    }
    let filter = HistoryFilter {
        user: asked.user.clone(),
        from,
        until,
        before: asked.before.parse().ok(),
    };
    let accounts = cx.app.services.accounts();
    let history = accounts.history(&found.user.id, &filter).await?;
    let older = history.older.map(|before| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in [
            ("user", &asked.user),
            ("from", &asked.from),
            ("until", &asked.until),
            ("before", &before.to_string()),
        ] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        query.finish()
    });
    let users = history.users.iter();
    let template = Bhis001 {
        page: cx.session_page("BHIS001"),
        asked,
        users: users
            .map(|user| {
                (
                    user.id.clone(),
                    format!("{} ({})", user.name, user.login_id),
                )
            })
            .collect(),
        manages: manages(found.user.role),
        lines: history.lines.iter().map(|one| line(one, cx.lang)).collect(),
        older,
    };
    html(StatusCode::OK, &template)
}

fn line(one: &HistoryLine, lang: Lang) -> Line {
    Line {
        at: at(one.at, lang),
        who: company::who(&one.who, lang),
        action: company::action(one.action, lang),
        whom: one.whom.clone().unwrap_or_default(),
        serial: one
            .serial
            .as_deref()
            .map(company::serial)
            .unwrap_or_default(),
        outcome: word::outcome(one.outcome, lang),
        why: short_reason(&one.code, lang).to_owned(),
        address: one.address.clone().unwrap_or_default(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::http::page::sample;

    #[test]
    fn http_bhis001_keeps_the_filter_and_offers_users_to_managers_only() {
        for (manages, fields) in [(true, 1), (false, 0)] {
            let template = Bhis001 {
                page: sample(Lang::Ja, "BHIS001"),
                asked: Asked {
                    user: "u1".into(),
                    from: "2026-11-01".into(),
                    ..Asked::default()
                },
                users: vec![("u1".into(), "太郎 (taro01)".into())],
                manages,
                lines: Vec::new(),
                older: Some("user=u1&before=5".into()),
            };
            let text = template.render().unwrap();
            assert_eq!(text.matches("name=\"user\"").count(), fields);
            assert!(text.contains("value=\"2026-11-01\""));
            assert!(
                text.contains("/company/history?user=u1&#38;before=5"),
                "{text}"
            );
        }
    }
}
