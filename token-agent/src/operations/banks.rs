//! The agent's own list of banks.

use std::path::Path;

use inkan_pki::messages::identifier::Identifier;

use super::Context;
use crate::catalogue::entry;
use crate::config::bank::Bank;
use crate::config::banks::{self, Added};
use crate::config::directory::read_text;
use crate::error::{Failure, SetupError};
use crate::output::outcome::{BankLine, BankView, Outcome};
use crate::prompt::UserInterface;
use crate::prompt::question::Question;

/// Installs a bank file after showing its contents.
///
/// # Errors
/// An invalid file, or cancelled.
pub fn add(file: &Path, context: &Context, ui: &dyn UserInterface) -> Result<Outcome, Failure> {
    let text = read_text(file)?;
    let bank = Bank::parse(&text, file)?;
    let shown = view(&bank);
    ui.confirm(&Question::AddBank(shown.clone()))?;
    let added = banks::add(&context.config, &bank, &text)?;
    Ok(Outcome::BankAdded {
        bank: shown,
        already: added == Added::Same,
    })
}

/// Lists the installed banks.
///
/// # Errors
/// If the directory cannot be read.
pub fn list(context: &Context) -> Result<Outcome, Failure> {
    let line = |(id, bank): (String, Result<Bank, SetupError>)| match bank {
        Ok(bank) => BankLine {
            id,
            bank: Some(view(&bank)),
            fault: None,
        },
        Err(error) => BankLine {
            id,
            bank: None,
            fault: Some(entry(&Failure::Setup(error), context.lang).sentence),
        },
    };
    Ok(Outcome::Banks {
        banks: banks::all(&context.config)?.into_iter().map(line).collect(),
    })
}

/// Removes a bank.
///
/// # Errors
/// [`SetupError::BankUnknown`], [`SetupError::Unwritable`].
pub fn remove(id: &Identifier, context: &Context) -> Result<Outcome, Failure> {
    banks::remove(&context.config, id)?;
    Ok(Outcome::BankRemoved { id: id.to_string() })
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
