//! A list checked line by line: the contracts of its valid lines, and the errors of the others.

use std::collections::HashSet;

use jiff::Timestamp;

use super::{BadLine, MOST_BYTES, MOST_LINES, Report, Why, csv};
use crate::services::account_service::AccountService;
use crate::services::validation::{Errors, FieldError, codes, names};
use crate::services::{Fault, Refusal, Result, StaffRefusal};
use crate::store::contract_batches::{self, Account};
use crate::store::contracts::{Contract, Method, Status};
use crate::store::id;

/// Lines between two reads of the store.
const LINES: usize = 1000;

impl AccountService<'_> {
    /// Checks every line; the first `reported` bad ones are listed.
    pub(super) async fn read(
        &self,
        content: &str,
        reported: usize,
        now: Timestamp,
    ) -> Result<(Vec<Contract>, Report)> {
        if content.len() > MOST_BYTES || content.lines().count() > MOST_LINES + 1 {
            return Err(StaffRefusal::ImportTooLarge.into());
        }
        let (mut report, mut good) = (Report::default(), Vec::new());
        let mut seen = HashSet::new();
        let lines: Vec<(usize, &str)> = csv::lines(content).collect();
        for some in lines.chunks(LINES) {
            report.lines += some.len();
            let (mut bad, mut fine) = (Vec::new(), Vec::with_capacity(some.len()));
            for (number, line) in some {
                match self.look_at(line, &mut seen, now)? {
                    Ok(contract) => fine.push((*number, contract)),
                    Err((why, account)) => bad.push(bad_line(*number, why, &account)),
                }
            }
            let accounts: Vec<Account> = fine.iter().map(|(_, one)| account_of(one)).collect();
            let there = contract_batches::existing(self.store, &accounts).await?;
            for (number, contract) in fine {
                if there.contains(&account_of(&contract)) {
                    bad.push(bad_line(number, Why::Exists, &contract.account));
                } else {
                    good.push(contract);
                }
            }
            bad.sort_by_key(|line| line.number);
            report.bad_count += bad.len();
            let room = reported - report.bad.len();
            report.bad.extend(bad.into_iter().take(room));
        }
        report.good = good.len();
        Ok((good, report))
    }

    fn look_at(
        &self,
        line: &str,
        seen: &mut HashSet<Account>,
        now: Timestamp,
    ) -> Result<std::result::Result<Contract, (Why, String)>> {
        let Some(fields) = csv::fields(line) else {
            return Ok(Err((Why::Form, String::new())));
        };
        let contract = match self.contract_of(&fields, now)? {
            Ok(contract) => contract,
            Err(errors) => {
                let [_, _, account, ..] = fields;
                return Ok(Err((Why::Fields(errors), account)));
            }
        };
        if seen.insert(account_of(&contract)) {
            Ok(Ok(contract))
        } else {
            Ok(Err((Why::Twice, contract.account)))
        }
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
                    entered_employee_number: String::new(),
                    proposal_id: None,
                }))
            }
            (Some(Refusal::Fields(errors)), _) => Ok(Err(errors)),
            _ => Err(Fault::Inconsistent("line of an import").into()),
        }
    }
}

fn account_of(contract: &Contract) -> Account {
    (
        contract.branch.clone(),
        contract.account_type,
        contract.account.clone(),
    )
}

fn bad_line(number: usize, why: Why, account: &str) -> BadLine {
    BadLine {
        number,
        why,
        account: account.chars().take(20).collect(),
    }
}
