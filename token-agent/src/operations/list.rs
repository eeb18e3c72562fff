//! The tokens and what is on them.

use super::unlock::{open, unlock};
use super::{Context, asked, entries};
use crate::catalogue::entry;
use crate::config::banks;
use crate::error::Failure;
use crate::keystore::KeyStore;
use crate::keystore::content::Content;
use crate::keystore::places::Found;
use crate::output::outcome::{Outcome, TokenContent};
use crate::prompt::Person;
use crate::token::opened::OpenToken;

/// Lists every token, or the one named; one that cannot be read says why and does not hide the others. With `login` the banks are
/// asked whether they take what looks usable: the token does not know what was revoked.
///
/// # Errors
/// No module, no token; cancelled, or a PIN that was refused, with `login`.
pub fn run(login: bool, context: &Context, person: &dyn Person) -> Result<Outcome, Failure> {
    let banks = banks::usable(&context.config)?;
    let survey = context.places.look();
    let found = match &context.wanted {
        Some(wanted) => vec![survey.named(wanted)?.clone()],
        None => survey.usable()?.to_vec(),
    };
    let mut tokens = Vec::new();
    for found in found {
        let listed = match read(&found, login, context, person) {
            Ok((token, content, logged_in)) => {
                let mut entries = entries::all(&content, logged_in, &banks, context);
                if login {
                    asked::confirm(context, person, &banks, &token, &content, &mut entries)?;
                }
                TokenContent {
                    token: found.view.clone(),
                    pin: found.pin.standing,
                    logged_in,
                    failure: None,
                    failure_sentence: None,
                    entries,
                }
            }
            Err(failure) if login => return Err(failure),
            Err(failure) => {
                let told = entry(&failure, context.lang);
                TokenContent {
                    token: found.view.clone(),
                    pin: found.pin.standing,
                    logged_in: false,
                    failure: Some(told.code),
                    failure_sentence: Some(told.sentence),
                    entries: Vec::new(),
                }
            }
        };
        tokens.push(listed);
    }
    Ok(Outcome::Tokens { tokens })
}

fn read(
    found: &Found,
    login: bool,
    context: &Context,
    person: &dyn Person,
) -> Result<(OpenToken, Content, bool), Failure> {
    let token = if login {
        unlock(context, person, found, false)?
    } else {
        open(context, found)?
    };
    let content = token.content()?;
    let logged_in = !token.with(KeyStore::needs_login)?;
    Ok((token, content, logged_in))
}
