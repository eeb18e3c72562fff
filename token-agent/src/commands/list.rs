//! `list`: the tokens and what is on them.

use inkan_pki::pkcs11::keys::KeyPairInfo;
use inkan_pki::pkcs11::session::{Access, LoginState};
use jiff::Timestamp;

use super::context::Context;
use super::select::{in_time, issued_by};
use crate::ask::Asker;
use crate::catalogue::entry;
use crate::cli::List;
use crate::config::bank::Bank;
use crate::config::banks;
use crate::error::Failure;
use crate::output::outcome::{Outcome, TokenContent, TokenEntry};
use crate::token::content::{Content, OnToken};
use crate::token::find::Found;
use crate::token::label::bank_of;
use crate::token::thread::TokenThread;

/// Lists every token; one that cannot be read says why and does not hide the others.
///
/// # Errors
/// No module, no token; cancelled, or a PIN that was refused, with `--login`.
pub fn run(args: &List, context: &Context) -> Result<Outcome, Failure> {
    let banks = banks::usable(&context.config)?;
    let asker = context.asker(false, Some(&args.pin));
    let mut tokens = Vec::new();
    for found in context.tokens(&args.token)? {
        let read = read(&found, args.login, &asker, context);
        tokens.push(match read {
            Ok((content, logged_in)) => TokenContent {
                token: found.view(),
                logged_in,
                failure: None,
                failure_sentence: None,
                entries: entries(&content, logged_in, &banks, context.clock.now()),
            },
            Err(failure) if args.login => return Err(failure),
            Err(failure) => {
                let told = entry(&failure, context.reporter.lang);
                TokenContent {
                    token: found.view(),
                    logged_in: false,
                    failure: Some(told.code),
                    failure_sentence: Some(told.sentence),
                    entries: Vec::new(),
                }
            }
        });
    }
    Ok(Outcome::Tokens { tokens })
}

fn read(
    found: &Found,
    login: bool,
    asker: &Asker,
    context: &Context,
) -> Result<(Content, bool), Failure> {
    let thread = if login {
        context.unlock(found, Access::ReadOnly, asker)?
    } else {
        TokenThread::start(found, Access::ReadOnly)?
    };
    let content = thread.call(Content::read)?;
    let logged_in =
        !found.info.login_required || thread.call(|s| s.login_state())? == LoginState::User;
    Ok((content, logged_in))
}

fn entries(content: &Content, logged_in: bool, banks: &[Bank], now: Timestamp) -> Vec<TokenEntry> {
    let mut entries: Vec<_> = content
        .certificates
        .iter()
        .filter(|c| !c.summary.is_ca || content.key_of(c).is_some())
        .map(|c| certificate(c, content, logged_in, banks, now))
        .collect();
    let lone = content
        .keys
        .iter()
        .filter(|k| content.certificates_of(&k.spki_der).next().is_none());
    entries.extend(lone.map(key));
    entries
}

fn certificate(
    on: &OnToken,
    content: &Content,
    logged_in: bool,
    banks: &[Bank],
    now: Timestamp,
) -> TokenEntry {
    let bank = banks
        .iter()
        .find(|bank| issued_by(on, bank))
        .map(|bank| bank.id.to_string());
    let seen = content.key_of(on).is_some();
    let has_key = (seen || logged_in).then_some(seen);
    let good = bank.is_some() && in_time(on, now) && on.summary.client_auth;
    TokenEntry {
        bank,
        label: on.stored.label.clone(),
        organization: Some(on.summary.organization.clone()),
        common_name: Some(on.summary.common_name.clone()),
        serial: Some(on.summary.serial.clone()),
        not_before: Some(on.summary.not_before),
        not_after: Some(on.summary.not_after),
        has_key,
        usable: if good { has_key } else { Some(false) },
    }
}

fn key(pair: &KeyPairInfo) -> TokenEntry {
    TokenEntry {
        bank: bank_of(&pair.label).map(str::to_owned),
        label: pair.label.clone(),
        organization: None,
        common_name: None,
        serial: None,
        not_before: None,
        not_after: None,
        has_key: Some(true),
        usable: Some(false),
    }
}
