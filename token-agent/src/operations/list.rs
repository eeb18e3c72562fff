//! Lists the tokens and what is on them.

use super::unlock::{open, unlock};
use super::{Context, bank_status, entries};
use crate::catalogue::entry;
use crate::config::banks;
use crate::error::{Failure, TokenError};
use crate::keystore::KeyStore;
use crate::keystore::content::Content;
use crate::keystore::discovery::FoundToken;
use crate::output::outcome::{Outcome, SearchFailure, TokenContent};
use crate::prompt::UserInterface;
use crate::token::open_token::OpenToken;

/// Lists every token, or the one named. A token that cannot be read is listed with the reason and does not hide the
/// others, and neither does a driver that failed. With `login`, each bank is queried whether it accepts the certificates that look usable: the token does not
/// know about revocation.
///
/// # Errors
/// No module, no token; with `login` also cancelled, or a refused PIN.
pub fn run(login: bool, context: &Context, ui: &dyn UserInterface) -> Result<Outcome, Failure> {
    let banks = banks::usable(&context.config)?;
    let discovery = context.provider.find_tokens();
    let found = match &context.wanted {
        Some(wanted) => vec![discovery.named(wanted)?.clone()],
        None => discovery.usable()?.to_vec(),
    };
    let mut tokens = Vec::new();
    for found in found {
        let listed = match read(&found, login, context, ui) {
            Ok((token, content, logged_in)) => {
                let mut entries = entries::all(&content, logged_in, &banks, context);
                if login {
                    bank_status::check(context, ui, &banks, &token, &content, &mut entries)?;
                }
                TokenContent {
                    token: found.view.clone(),
                    pin: found.pin.status,
                    logged_in,
                    failure: None,
                    failure_sentence: None,
                    entries,
                }
            }
            Err(failure) if login => return Err(failure),
            Err(failure) => {
                let report = entry(&failure, context.lang);
                TokenContent {
                    token: found.view.clone(),
                    pin: found.pin.status,
                    logged_in: false,
                    failure: Some(report.code),
                    failure_sentence: Some(report.sentence),
                    entries: Vec::new(),
                }
            }
        };
        tokens.push(listed);
    }
    let failed = |error: &TokenError| {
        let report = entry(&Failure::Token(error.clone()), context.lang);
        SearchFailure {
            code: report.code,
            sentence: report.sentence,
            next: report.next,
        }
    };
    let failures = discovery.failures.iter().map(failed).collect();
    Ok(Outcome::Tokens { tokens, failures })
}

fn read(
    found: &FoundToken,
    login: bool,
    context: &Context,
    ui: &dyn UserInterface,
) -> Result<(OpenToken, Content, bool), Failure> {
    let token = if login {
        unlock(context, ui, found, false)?
    } else {
        open(context, found)?
    };
    let content = token.content()?;
    let logged_in = !token.with(KeyStore::needs_login)?;
    Ok((token, content, logged_in))
}
