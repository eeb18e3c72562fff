//! Lists of contracts: checked line by line, proposed and approved, then imported as they were shown.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::call::{Asked, Command, Empty, NoQuery};
use super::problem::FieldProblem;
use crate::http::console::audit::download;
use crate::http::context::Answer;
use crate::http::failure::Failure;
use crate::http::lang::Lang;
use crate::services::accounts::imports::{self, Why};

/// A list.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// CSV: branch, account type (`ordinary` or `current`), account, 企業名, 企業名(カナ).
    #[schema(example = "100,ordinary,7654321,Koumi Kogyo YK,KOUMI KOGYO\n")]
    list: String,
}

/// A line that cannot be imported.
#[derive(Debug, Serialize, ToSchema)]
pub struct BadLine {
    /// Line number in the list, from 1.
    pub number: usize,
    /// The account as given in the list.
    pub account: String,
    /// `form` (not five fields), `fields` (each named in `errors`), `twice` (also in an earlier line), `exists`.
    #[schema(example = "fields")]
    pub why: &'static str,
    /// Invalid fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
}

impl BadLine {
    fn of(line: &imports::BadLine, lang: Lang) -> Self {
        let (why, errors) = match &line.why {
            Why::Form => ("form", &[][..]),
            Why::Fields(errors) => ("fields", errors.as_slice()),
            Why::Twice => ("twice", &[][..]),
            Why::Exists => ("exists", &[][..]),
        };
        Self {
            number: line.number,
            account: line.account.clone(),
            why,
            errors: errors
                .iter()
                .map(|one| FieldProblem::of(one, lang))
                .collect(),
        }
    }
}

/// Result of checking or importing a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportReport {
    /// Id of the list, for the proposal of kind `import` that the same account enters within 24 hours.
    pub id: String,
    /// Lines with a contract.
    pub lines: usize,
    /// Number of lines that can be imported; after the import, that were imported.
    pub good: usize,
    /// Lines that cannot be imported, at most 500 of them.
    pub bad: Vec<BadLine>,
    /// Number of lines that cannot be imported.
    pub bad_count: usize,
}

impl ImportReport {
    fn of(id: String, report: &imports::Report, lang: Lang) -> Self {
        Self {
            id,
            lines: report.lines,
            good: report.good,
            bad: report
                .bad
                .iter()
                .map(|one| BadLine::of(one, lang))
                .collect(),
            bad_count: report.bad_count,
        }
    }
}

/// `POST /api/v1/imports`.
pub async fn check(command: Command<List>) -> Result<ImportReport, Failure> {
    let Command {
        call,
        body,
        idempotent,
        ..
    } = command;
    let accounts = idempotent.accounts();
    let dry = accounts.check_import(&call.context, body.list).await?;
    Ok(ImportReport::of(dry.id, &dry.report, call.lang))
}

/// `POST /api/v1/imports/{id}/run`.
pub async fn run(command: Command<Empty>) -> Result<ImportReport, Failure> {
    let (call, accounts) = (&command.call, command.accounts());
    let done = accounts.run_import(&call.context, &call.id).await?;
    Ok(ImportReport::of(call.id.clone(), &done, call.lang))
}

/// `GET /api/v1/imports/{id}/list.csv`.
pub async fn list(asked: Asked<NoQuery>) -> Answer {
    let (accounts, call) = (asked.accounts(), &asked.call);
    let list = accounts.import_list(&call.context, &call.id).await?;
    Ok(download("csv", list))
}
