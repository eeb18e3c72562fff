//! Checks certificates that look usable with their bank: a token does not know that its certificate was revoked.

use std::collections::HashSet;

use super::{Context, mutual};
use crate::config::bank::Bank;
use crate::error::{BankError, Failure};
use crate::http::certificate::login_page;
use crate::keystore::content::Content;
use crate::output::outcome::{TokenEntry, Unusable};
use crate::prompt::UserInterface;
use crate::token::open_token::OpenToken;

/// Maximum number of certificates checked with one bank.
const MAX_CHECKED: usize = 8;

/// Checks with the banks whether they accept the certificates that look usable. An unreachable bank is contacted once,
/// and its certificates count neither as usable nor as unusable.
///
/// # Errors
/// Cancelled, or the error that the token reports.
pub(super) fn check(
    context: &Context,
    ui: &dyn UserInterface,
    banks: &[Bank],
    token: &OpenToken,
    content: &Content,
    entries: &mut [TokenEntry],
) -> Result<(), Failure> {
    let mut unavailable = HashSet::new();
    for bank in banks {
        let certificates_of_bank = |entry: &&mut TokenEntry| {
            entry.usable == Some(true) && entry.bank.as_deref() == Some(bank.id.as_str())
        };
        for (checked, entry) in entries.iter_mut().filter(certificates_of_bank).enumerate() {
            if ui.is_cancelled() {
                return Err(Failure::Cancelled);
            }
            if checked >= MAX_CHECKED || unavailable.contains(&bank.id) {
                unknown(entry);
                continue;
            }
            match check_one(context, ui, bank, token, content, entry) {
                Ok(()) => {}
                Err(Failure::Bank(BankError::NotAccepted { code })) => {
                    entry.usable = Some(false);
                    entry.reason = Some(Unusable::NotAccepted);
                    entry.bank_code = Some(code);
                }
                Err(Failure::Bank(BankError::Alert { .. })) => {
                    entry.usable = Some(false);
                    entry.reason = Some(Unusable::NotAccepted);
                }
                Err(Failure::Bank(BankError::Token(error))) => return Err(error.into()),
                Err(Failure::Bank(_) | Failure::Setup(_)) => {
                    unavailable.insert(bank.id.clone());
                    unknown(entry);
                }
                Err(other) => return Err(other),
            }
        }
    }
    Ok(())
}

fn unknown(entry: &mut TokenEntry) {
    entry.usable = None;
    entry.reason = Some(Unusable::NotChecked);
}

fn check_one(
    context: &Context,
    ui: &dyn UserInterface,
    bank: &Bank,
    token: &OpenToken,
    content: &Content,
    entry: &TokenEntry,
) -> Result<(), Failure> {
    let shown = content.parsed_certificates().into_iter().find(|c| {
        Some(&c.summary.serial) == entry.serial.as_ref() && super::select::issued_by(c, bank)
    });
    let Some(shown) = shown else { return Ok(()) };
    let Some(key) = content.key(&shown.summary.spki_der) else {
        return Ok(());
    };
    let channel = mutual::channel(context, ui, bank, token, &shown.stored.der, key)?;
    Ok(login_page(&channel)?)
}
