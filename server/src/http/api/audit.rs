//! The audit log: filtered rows, exports, and verification of the whole chain.

use axum::response::Response;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::call::{Asked, Command, Empty};
use super::page::{Place, page};
use crate::http::console::audit::download;
use crate::http::failure::Failure;
use crate::services::audit::{self, Break, Filter, export};
use crate::services::records::Chain;

/// Most rows of one export; the command line exports all.
const EXPORT: i64 = 10_000;

/// A row with exactly the fields of the hash.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditRow {
    /// Position in the chain, from 1 without gaps.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// `staff`, `user`, `agent`, `system` or `anonymous`.
    #[schema(example = "staff")]
    pub actor_kind: String,
    /// Id of the actor.
    pub actor_id: Option<String>,
    /// What.
    #[schema(example = "proposal.approved")]
    pub action: String,
    /// Kind of the subject.
    pub subject_kind: String,
    /// Id of the subject.
    pub subject_id: String,
    /// Address of the caller.
    pub address: Option<String>,
    /// `done` or `refused`.
    #[schema(example = "done")]
    pub outcome: String,
    /// Code of a refusal.
    pub code: String,
    /// Details, as JSON text.
    pub detail: String,
    /// Hash of the previous row.
    pub previous_hash: String,
    /// Hash of this row.
    pub hash: String,
}

impl From<audit::AuditRow> for AuditRow {
    fn from(row: audit::AuditRow) -> Self {
        Self {
            seq: row.seq,
            at: row.at,
            actor_kind: row.actor_kind,
            actor_id: row.actor_id,
            action: row.action,
            subject_kind: row.subject_kind,
            subject_id: row.subject_id,
            address: row.address,
            outcome: row.outcome,
            code: row.code,
            detail: row.detail,
            previous_hash: row.previous_hash,
            hash: row.hash,
        }
    }
}

page! {
    /// Rows of the audit log.
    AuditPage of AuditRow
}

/// Filters; an absent one matches everything.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// `staff`, `user`, `agent`, `system` or `anonymous`.
    actor_kind: Option<String>,
    /// Id of the actor.
    actor: Option<String>,
    /// Beginning of the action, such as `certificate.`.
    action: Option<String>,
    /// Id of the subject.
    subject: Option<String>,
    /// `done` or `refused`.
    outcome: Option<String>,
    /// Not before.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<Timestamp>,
    /// Before.
    #[param(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
    /// Start of the page: `next` of the previous page.
    cursor: Option<String>,
    /// Lines of a page.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

impl Which {
    fn filter(&self) -> Filter {
        let word = |text: &Option<String>| {
            let text = text.as_deref().unwrap_or_default();
            text.chars().filter(|c| *c != '\0').take(100).collect()
        };
        Filter {
            actor_kind: word(&self.actor_kind),
            actor_id: word(&self.actor),
            action: word(&self.action),
            subject_id: word(&self.subject),
            outcome: word(&self.outcome),
            from: self.from,
            until: self.until,
        }
    }

    fn place(&self, filter: &Filter) -> Result<Place, Failure> {
        let time = |at: Option<Timestamp>| at.map_or_else(String::new, |at| at.to_string());
        let (from, until) = (time(filter.from), time(filter.until));
        let words = [
            &*filter.actor_kind,
            &filter.actor_id,
            &filter.action,
            &filter.subject_id,
            &filter.outcome,
            &from,
            &until,
        ];
        Place::read("audit", &words, 1, self.limit, self.cursor.as_deref())
    }
}

/// `GET /api/v1/audit`.
pub async fn list(asked: Asked<Which>) -> Result<AuditPage, Failure> {
    let filter = asked.query.filter();
    let place = asked.query.place(&filter)?;
    let before = place.number()?.unwrap_or(i64::MAX);
    let accounts = asked.accounts();
    let found = accounts.audit_rows(&filter, before, place.fetch().into());
    let (found, next) = place.cut(found.await?, |row| vec![row.seq.to_string()]);
    let items = found.into_iter().map(AuditRow::from).collect();
    Ok(AuditPage { items, next })
}

/// `GET /api/v1/audit/export.csv`.
pub async fn csv(asked: Asked<Which>) -> Result<Response, Failure> {
    // With a byte order mark, spreadsheets recognise UTF-8.
    let head = format!("\u{feff}{}", export::csv_head());
    file(&asked, "csv", head, export::csv_line).await
}

/// `GET /api/v1/audit/export.jsonl`.
pub async fn jsonl(asked: Asked<Which>) -> Result<Response, Failure> {
    let line = |row: &audit::AuditRow| export::json_line(row) + "\n";
    file(&asked, "jsonl", String::new(), line).await
}

async fn file(
    asked: &Asked<Which>,
    format: &'static str,
    mut body: String,
    line: impl Fn(&audit::AuditRow) -> String,
) -> Result<Response, Failure> {
    let (accounts, call) = (asked.accounts(), &asked.call);
    let filter = asked.query.filter();
    let before = asked.query.place(&filter)?.number()?.unwrap_or(i64::MAX);
    let rows = accounts.audit_rows(&filter, before, EXPORT).await?;
    accounts
        .note_export(&call.context, format, rows.len())
        .await?;
    body.extend(rows.iter().map(line));
    Ok(download(format, body))
}

/// Result of a verification.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditVerdict {
    /// Whether the chain is intact from its first row to its head.
    pub whole: bool,
    /// Number of rows that were checked.
    pub rows: Option<i64>,
    /// The first row that does not match.
    pub first_bad: Option<i64>,
    /// What is wrong with it: `missing`, `edited`, `unlinked`, `cut-off`, `past-head`, `head`, `not-as-signed`,
    /// `signature`.
    pub why: Option<&'static str>,
    /// Number of signed heads that were checked; 0 if no audit key is known.
    pub checkpoints: usize,
    /// The last row covered by a valid signature.
    pub signed_up_to: i64,
    /// Whether the audit key is known. It is unknown while the HSM is unavailable; then no signature counts.
    pub key_known: bool,
}

/// `POST /api/v1/audit/verify`.
pub async fn verify(command: Command<Empty>) -> Result<AuditVerdict, Failure> {
    let (call, services) = (&command.call, &command.call.app.services);
    let found = services.verify_audit(&call.context).await?;
    let (rows, first_bad, why) = match &found.chain {
        Chain::Whole { rows, .. } => (Some(*rows), None, None),
        Chain::Broken { seq, why } => (None, Some(*seq), Some(word(*why))),
    };
    Ok(AuditVerdict {
        whole: first_bad.is_none(),
        rows,
        first_bad,
        why,
        checkpoints: found.checkpoints,
        signed_up_to: found.signed_up_to,
        key_known: found.key_known,
    })
}

fn word(why: Break) -> &'static str {
    match why {
        Break::Missing => "missing",
        Break::Edited => "edited",
        Break::Unlinked => "unlinked",
        Break::CutOff => "cut-off",
        Break::PastHead => "past-head",
        Break::Head => "head",
        Break::NotAsSigned => "not-as-signed",
        Break::Signature => "signature",
        Break::CheckpointGone => "checkpoint-gone",
    }
}
