//! What looks usable on a token, and what its bank says of it: a token does not know that its certificate was revoked.

use std::collections::HashSet;

use super::{Context, mutual};
use crate::config::bank::Bank;
use crate::error::{BankError, Failure};
use crate::http::certificate::login_page;
use crate::keystore::content::Content;
use crate::output::outcome::{TokenEntry, Unusable};
use crate::prompt::Person;
use crate::token::opened::OpenToken;

/// Most certificates that one bank is asked about.
const MOST: usize = 8;

/// Asks the banks about the certificates that look usable. One that cannot be reached is asked once, and no certificate of its
/// counts as usable or not.
///
/// # Errors
/// Cancelled; what the token says.
pub(super) fn confirm(
    context: &Context,
    person: &dyn Person,
    banks: &[Bank],
    token: &OpenToken,
    content: &Content,
    entries: &mut [TokenEntry],
) -> Result<(), Failure> {
    let mut away = HashSet::new();
    for bank in banks {
        let of_bank = |entry: &&mut TokenEntry| {
            entry.usable == Some(true) && entry.bank.as_deref() == Some(bank.id.as_str())
        };
        for (asked, entry) in entries.iter_mut().filter(of_bank).enumerate() {
            if person.wants_to_stop() {
                return Err(Failure::Cancelled);
            }
            if asked >= MOST || away.contains(&bank.id) {
                unknown(entry);
                continue;
            }
            match ask(context, person, bank, token, content, entry) {
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
                    away.insert(bank.id.clone());
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
    entry.reason = Some(Unusable::NotAsked);
}

fn ask(
    context: &Context,
    person: &dyn Person,
    bank: &Bank,
    token: &OpenToken,
    content: &Content,
    entry: &TokenEntry,
) -> Result<(), Failure> {
    let shown = content.readable().into_iter().find(|c| {
        Some(&c.summary.serial) == entry.serial.as_ref() && super::select::issued_by(c, bank)
    });
    let Some(shown) = shown else { return Ok(()) };
    let Some(key) = content.key(&shown.summary.spki_der) else {
        return Ok(());
    };
    let channel = mutual::channel(context, person, bank, token, &shown.stored.der, key)?;
    Ok(login_page(&channel)?)
}
