//! A list of contracts: checked line by line first, proposed by the sender, approved by another person like any
//! contract, imported afterwards as it was shown.
//!
//! - [`csv`]: lines and fields
//! - `check`: checking a list
//! - this file: the first step and the last; the two between are proposals

mod check;
pub mod csv;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::services::account_service::AccountService;
use crate::services::audit::export;
use crate::services::command::Outcome;
use crate::services::validation::FieldError;
use crate::services::{Fault, RequestContext, Result, StaffRefusal};
use crate::store::audit::AuditAction;
use crate::store::contract_batches;
use crate::store::id;
use crate::store::imports::{self, Import};
use crate::store::proposals;
use crate::store::staff::Role;

/// Lines of one list.
pub const MOST_LINES: usize = 100_000;
/// Bytes of one list.
pub const MOST_BYTES: usize = 24 * 1024 * 1024;
/// Lines of a report that are shown.
pub const REPORTED: usize = 500;
/// A list that nobody proposes is deleted after this time.
const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// Rows of one transaction.
const BATCH: usize = 2000;
const ENTER: &[Role] = &[Role::Teller, Role::Approver];

/// Result of checking or importing a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Lines with a contract.
    pub lines: usize,
    /// Those that can be imported.
    pub good: usize,
    /// Those that cannot, in their order, at most [`REPORTED`].
    pub bad: Vec<BadLine>,
    /// Number of lines that cannot be imported.
    pub bad_count: usize,
}

/// A line that cannot be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Its number in the file, from 1.
    pub number: usize,
    /// The error.
    pub why: Why,
    /// The account as given in the line, to find it.
    pub account: String,
}

/// Why a line cannot be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// Not five fields, or unbalanced quotes.
    Form,
    /// Fields that break the character rules.
    Fields(Vec<FieldError>),
    /// The account is in an earlier line, too.
    Twice,
    /// The account has a contract.
    Exists,
}

/// A checked list.
#[derive(Debug, Clone)]
pub struct DryRun {
    /// Id, for the import.
    pub id: String,
    /// The result.
    pub report: Report,
}

impl AccountService<'_> {
    /// Checks a list (branch, account type, account, 企業名, 企業名(カナ)) and stores it for the import.
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`], [`StaffRefusal::ImportTooLarge`].
    pub async fn check_import(&self, context: &RequestContext, content: String) -> Result<DryRun> {
        let (import_id, now) = (id::new_id()?, context.now);
        let command = context.command(AuditAction::ImportChecked, ("import", &import_id));
        // PostgreSQL stores no NUL in text; the line is refused for both databases.
        let content = content.replace('\0', "\u{fffd}");
        let checked = self.audit_refusals(command, async {
            let member = self.staff_with(context, ENTER).await?;
            Ok((member, self.read(&content, REPORTED, now).await?.1))
        });
        let (member, report) = checked.await?;
        let kept = self.execute(command, async |tx| {
            let before = now.checked_sub(KEPT).unwrap_or(Timestamp::MIN);
            imports::forget_before(tx, before).await?;
            let import = Import {
                id: import_id.clone(),
                staff_id: member.id,
                content,
                created_at: now,
                proposal_id: None,
                approved_at: None,
                done_at: None,
            };
            imports::insert(tx, &import).await?;
            let detail =
                json!({ "lines": report.lines, "good": report.good, "bad": report.bad_count });
            let dry = DryRun {
                id: import.id,
                report,
            };
            Ok(Outcome::done(dry).detail(detail))
        });
        kept.await
    }

    /// Imports the valid lines of an approved list; any counter role may do it. Contracts are imported without
    /// temporary passwords: a letter is issued for each when it is handed over.
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`], [`StaffRefusal::ImportUnknown`] (also not approved, or imported before).
    pub async fn run_import(&self, context: &RequestContext, import_id: &str) -> Result<Report> {
        let command = context.command(AuditAction::ImportDone, ("import", import_id));
        let imported = self.audit_refusals(command, self.import(context, import_id));
        let (proposal_id, report) = imported.await?;
        // Last: an interrupted import (time, crash, the browser closed) is started again, and continues.
        let done = self.execute(command, async |tx| {
            if !imports::finish(tx, import_id, context.now).await? {
                return Err(StaffRefusal::ImportUnknown.into());
            }
            let detail = json!({
                "lines": report.lines, "made": report.good, "proposal": &proposal_id,
            });
            Ok(Outcome::done(report).detail(detail))
        });
        done.await
    }

    /// The contracts, batch by batch. Returns the proposal, and how many were recorded.
    async fn import(&self, context: &RequestContext, import_id: &str) -> Result<(String, Report)> {
        self.staff_with(context, ENTER).await?;
        let found = imports::find(self.store, import_id).await?;
        let import = found
            .filter(|import| import.approved_at.is_some() && import.done_at.is_none())
            .ok_or(StaffRefusal::ImportUnknown)?;
        let proposal_id = import.proposal_id.unwrap_or_default();
        let proposal = proposals::find(self.store, &proposal_id).await?;
        let proposal = proposal.ok_or(Fault::Inconsistent("list without proposal"))?;
        let (mut contracts, mut report) = self.read(&import.content, REPORTED, context.now).await?;
        for contract in &mut contracts {
            contract
                .entered_employee_number
                .clone_from(&proposal.entered_by.employee_number);
            contract.proposal_id = Some(proposal_id.clone());
        }
        report.good = 0;
        let command = context.command(AuditAction::ImportContracts, ("import", import_id));
        for batch in contracts.chunks(BATCH) {
            let accounts = batch.iter().map(|one| {
                format!(
                    "{}-{}-{}",
                    one.branch,
                    one.account_type.as_str(),
                    one.account
                )
            });
            let accounts: Vec<String> = accounts.collect();
            let first = batch.first().map(|one| &one.id);
            let made = self.execute(command, async |tx| {
                // Except those that somebody else has entered since, or a second import of this list.
                let made = contract_batches::insert(tx, batch).await?;
                let detail = json!({
                    "made": made, "first": first, "accounts": accounts, "proposal": &proposal_id,
                });
                Ok(Outcome::done(made).detail(detail))
            });
            report.good += usize::try_from(made.await?).unwrap_or(0);
        }
        Ok((proposal_id, report))
    }

    /// Every line of a waiting list that cannot be imported.
    ///
    /// # Errors
    /// As [`Self::import_list`].
    pub async fn import_report(
        &self,
        context: &RequestContext,
        import_id: &str,
    ) -> Result<Vec<BadLine>> {
        let content = self.waiting_list(context, import_id).await?;
        let (_, report) = self.read(&content, MOST_LINES, context.now).await?;
        Ok(report.bad)
    }

    /// The lines of a waiting list, as CSV in which a spreadsheet finds no formula, for the approver.
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`](crate::services::Refusal::RoleMissing), [`StaffRefusal::ImportUnknown`] (also imported before).
    pub async fn import_list(&self, context: &RequestContext, import_id: &str) -> Result<String> {
        let content = self.waiting_list(context, import_id).await?;
        let mut list = String::with_capacity(content.len());
        for (number, line) in csv::lines(&content) {
            let number = number.to_string();
            let row = match csv::fields(line) {
                Some(fields) => export::csv([&number].into_iter().chain(&fields).map(|s| &**s)),
                None => export::csv([&*number, line]),
            };
            list.push_str(&row);
        }
        Ok(list)
    }

    async fn waiting_list(&self, context: &RequestContext, import_id: &str) -> Result<String> {
        self.staff_with(context, ENTER).await?;
        let found = imports::find(self.store, import_id).await?;
        let import = found.filter(|import| import.done_at.is_none());
        Ok(import.ok_or(StaffRefusal::ImportUnknown)?.content)
    }
}
