//! Bank files: add, list, remove.

use std::path::Path;

use super::context::Context;
use crate::catalogue::{entry, talk};
use crate::cli::BankCommand;
use crate::config::bank::Bank;
use crate::config::banks::{self, Added};
use crate::config::directory::read_text;
use crate::error::{Failure, SetupError};
use crate::output::human;
use crate::output::outcome::{BankLine, BankView, Outcome};

/// Runs a `bank` command.
///
/// # Errors
/// What is wrong with the file, or cancelled.
pub fn run(command: &BankCommand, context: &Context) -> Result<Outcome, Failure> {
    match command {
        BankCommand::Add { file, yes } => add(file, *yes, context),
        BankCommand::List => list(context),
        BankCommand::Remove { id } => {
            banks::remove(&context.config, id)?;
            Ok(Outcome::BankRemoved { id: id.to_string() })
        }
    }
}

fn add(file: &Path, yes: bool, context: &Context) -> Result<Outcome, Failure> {
    let text = read_text(file)?;
    let bank = Bank::parse(&text, file)?;
    let shown = view(&bank);
    let asker = context.asker(yes, None);
    if !yes {
        asker.tell(&human::bank(&shown, asker.lang));
        asker.consent(talk::add_bank(asker.lang))?;
    }
    let added = banks::add(&context.config, &bank, &text)?;
    Ok(Outcome::BankAdded {
        bank: shown,
        already: added == Added::Same,
    })
}

fn list(context: &Context) -> Result<Outcome, Failure> {
    let lang = context.reporter.lang;
    let line = |(id, bank): (String, Result<Bank, SetupError>)| match bank {
        Ok(bank) => BankLine {
            id,
            bank: Some(view(&bank)),
            fault: None,
        },
        Err(error) => BankLine {
            id,
            bank: None,
            fault: Some(entry(&Failure::Setup(error), lang).sentence),
        },
    };
    Ok(Outcome::Banks {
        banks: banks::all(&context.config)?.into_iter().map(line).collect(),
    })
}

fn view(bank: &Bank) -> BankView {
    BankView {
        id: bank.id.to_string(),
        name: bank.name.clone(),
        portal: bank.portal.host(),
        certificate: bank.certificate.host(),
        server_ca: Bank::fingerprints(&bank.server_ca),
        customer_ca: Bank::fingerprints(&bank.customer_ca),
    }
}
