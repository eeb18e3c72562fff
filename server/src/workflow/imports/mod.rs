//! A list of contracts, put on record at once: looked at line by line first, imported afterwards as it was shown.
//!
//! - [`csv`]: lines and fields
//! - this file: checking, and the two steps

pub mod csv;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::deed::Deed;
use super::people::People;
use super::validation::{Errors, FieldError, codes, names};
use super::{Caller, Fault, Refusal, Result, StaffRefusal};
use crate::store::contracts::{self, AccountType, Contract, Method, Status};
use crate::store::imports::{self, Import};
use crate::store::staff::Role;
use crate::store::{Db, id};

/// Lines of one list.
pub const MOST_LINES: usize = 100_000;
/// Bytes of one list.
pub const MOST_BYTES: usize = 24 * 1024 * 1024;
/// Lines of a report that are shown.
pub const REPORTED: usize = 500;
/// A list that was not imported is forgotten.
const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// Rows of one transaction.
const BATCH: usize = 2000;
const ENTER: &[Role] = &[Role::Teller, Role::Approver];

/// What was found in a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Lines with a contract.
    pub lines: usize,
    /// Those that can be imported.
    pub good: usize,
    /// Those that cannot, in their order, at most [`REPORTED`].
    pub bad: Vec<BadLine>,
    /// All that cannot.
    pub bad_count: usize,
}

/// A line that cannot be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Its number in the file, from 1.
    pub number: usize,
    /// What is wrong.
    pub why: Why,
    /// The account as it stands there, to find the line.
    pub account: String,
}

/// Why a line cannot be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// Not five fields, or quotes that do not fit.
    Form,
    /// Fields that break the character rules.
    Fields(Vec<FieldError>),
    /// The account stands in an earlier line, too.
    Twice,
    /// The account has a contract.
    Exists,
}

/// A list that was looked at.
#[derive(Debug, Clone)]
pub struct DryRun {
    /// Id, for the import.
    pub id: String,
    /// What was found.
    pub report: Report,
}

impl People<'_> {
    /// Looks at a list (branch, account type, account, 企業名, 企業名(カナ)) and keeps it for the import.
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`], [`StaffRefusal::ImportTooLarge`].
    pub async fn check_import(
        &self,
        staff_id: &str,
        content: String,
        caller: Caller,
        now: Timestamp,
    ) -> Result<DryRun> {
        let import_id = id::new_id()?;
        let deed = Deed {
            staff_id,
            action: "import.checked",
            kind: "import",
            subject: &import_id,
            caller,
            now,
        };
        let result = self.try_check(deed, content).await;
        self.audited(deed, result).await
    }

    async fn try_check(&self, deed: Deed<'_>, content: String) -> Result<DryRun> {
        self.staff_with(deed.staff_id, ENTER).await?;
        let (_, report) = self.read(&content, deed.now).await?;
        let mut tx = self.store.begin().await?;
        let before = deed.now.checked_sub(KEPT).unwrap_or(Timestamp::MIN);
        imports::forget_before(&mut tx, before).await?;
        let import = Import {
            id: deed.subject.to_owned(),
            staff_id: deed.staff_id.to_owned(),
            content,
            created_at: deed.now,
            done_at: None,
        };
        imports::insert(&mut tx, &import).await?;
        let detail = json!({ "lines": report.lines, "good": report.good, "bad": report.bad_count });
        deed.entry().detail(detail).write(&mut tx, deed.now).await?;
        tx.commit().await?;
        Ok(DryRun {
            id: import.id,
            report,
        })
    }

    /// Imports the good lines of a list that was looked at. Contracts come without temporary passwords: a letter is
    /// made for each when it is handed over.
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`], [`StaffRefusal::ImportUnknown`] (also somebody else's, or imported before).
    pub async fn run_import(
        &self,
        staff_id: &str,
        import_id: &str,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Report> {
        let deed = Deed {
            staff_id,
            action: "import.done",
            kind: "import",
            subject: import_id,
            caller,
            now,
        };
        let result = self.try_import(deed).await;
        self.audited(deed, result).await
    }

    async fn try_import(&self, deed: Deed<'_>) -> Result<Report> {
        self.staff_with(deed.staff_id, ENTER).await?;
        let found = imports::find(self.store, deed.subject).await?;
        let import = found
            .filter(|import| import.staff_id == deed.staff_id && import.done_at.is_none())
            .ok_or(StaffRefusal::ImportUnknown)?;
        // Claimed first: pressed twice, it is done once.
        let mut tx = self.store.begin().await?;
        if !imports::finish(&mut tx, deed.subject, deed.now).await? {
            return Err(StaffRefusal::ImportUnknown.into());
        }
        deed.entry().write(&mut tx, deed.now).await?;
        tx.commit().await?;
        let (contracts, mut report) = self.read(&import.content, deed.now).await?;
        report.good = 0;
        for batch in contracts.chunks(BATCH) {
            let mut tx = self.store.begin().await?;
            let mut made = 0usize;
            for contract in batch {
                // Somebody else may have entered it since.
                let there = contracts::by_account(
                    &mut tx,
                    &contract.branch,
                    contract.account_type,
                    &contract.account,
                );
                if there.await?.is_none() {
                    contracts::insert(&mut tx, contract).await?;
                    made += 1;
                }
            }
            let first = batch.first().map(|one| one.id.clone());
            let deed = Deed {
                action: "import.contracts",
                ..deed
            };
            let accounts: Vec<String> = batch
                .iter()
                .map(|one| {
                    format!(
                        "{}-{}-{}",
                        one.branch,
                        one.account_type.as_str(),
                        one.account
                    )
                })
                .collect();
            let detail = json!({ "made": made, "first": first, "accounts": accounts });
            deed.entry().detail(detail).write(&mut tx, deed.now).await?;
            tx.commit().await?;
            report.good += made;
        }
        Ok(report)
    }

    /// Every line checked: the contracts of the good ones, and what is wrong with the others.
    async fn read(&self, content: &str, now: Timestamp) -> Result<(Vec<Contract>, Report)> {
        if content.len() > MOST_BYTES || content.lines().count() > MOST_LINES + 1 {
            return Err(StaffRefusal::ImportTooLarge.into());
        }
        let (mut report, mut good) = (Report::default(), Vec::new());
        let mut seen: HashSet<(String, AccountType, String)> = HashSet::new();
        for (number, line) in csv::lines(content) {
            report.lines += 1;
            let mut bad = |why, account: &str| {
                report.bad_count += 1;
                if report.bad.len() < REPORTED {
                    let account = account.chars().take(20).collect();
                    report.bad.push(BadLine {
                        number,
                        why,
                        account,
                    });
                }
            };
            let Some(fields) = csv::fields(line) else {
                bad(Why::Form, "");
                continue;
            };
            let contract = match self.contract_of(&fields, now)? {
                Ok(contract) => contract,
                Err(errors) => {
                    bad(Why::Fields(errors), &fields[2]);
                    continue;
                }
            };
            let (kind, account) = (contract.account_type, &contract.account);
            if !seen.insert((contract.branch.clone(), kind, account.clone())) {
                bad(Why::Twice, account);
                continue;
            }
            let there = contracts::by_account(self.store, &contract.branch, kind, account);
            if there.await?.is_some() {
                bad(Why::Exists, account);
                continue;
            }
            good.push(contract);
        }
        report.good = good.len();
        Ok((good, report))
    }

    fn contract_of(
        &self,
        fields: &[String; csv::FIELDS],
        now: Timestamp,
    ) -> Result<std::result::Result<Contract, Vec<FieldError>>> {
        let mut errors = Errors::default();
        let [branch, kind, account, name, kana] = fields;
        let branch = errors.take(codes::branch(branch));
        let kind = errors.take(codes::account_type(csv::account_type(kind)));
        let account = errors.take(codes::account(account));
        let name = errors.take(names::company_name(name));
        let kana = errors.take(names::company_kana(kana, &self.settings.characters));
        let whole = branch.zip(kind).zip(account).zip(name.zip(kana));
        match (errors.into_refusal(), whole) {
            (None, Some((((branch, account_type), account), (company_name, company_kana)))) => {
                Ok(Ok(Contract {
                    id: id::new_id()?,
                    branch,
                    account_type,
                    account,
                    company_name,
                    company_kana,
                    method: Method::Password,
                    status: Status::Active,
                    version: 1,
                    temp_login_hash: None,
                    temp_confirmation_hash: None,
                    temp_failures: 0,
                    temp_locked_until: None,
                    created_at: now,
                }))
            }
            (Some(Refusal::Fields(errors)), _) => Ok(Err(errors)),
            _ => Err(Fault::Inconsistent("line of an import").into()),
        }
    }

    /// Whether a list still waits for its import.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn import_waits(&self, staff_id: &str, import_id: &str) -> Result<bool> {
        let found = imports::find(Db::from(self.store), import_id).await?;
        Ok(found.is_some_and(|one| one.staff_id == staff_id && one.done_at.is_none()))
    }
}
