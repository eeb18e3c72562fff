//! A renewal without the bank's page: the certificate on the token authenticates it (RFC 7030 §4.2.2). The bank
//! responds as to a request of its page, and the rest is the same.

use inkan_pki::messages::identifier::Identifier;
use inkan_pki::messages::link::{Action, Link};
use inkan_pki::messages::request::{PickedUp, ProgressStep};
use jiff::Timestamp;

use super::bank_clock::BankClock;
use super::follow::{self, Job};
use super::select::{issued_by, why_none, within_validity};
use super::unlock::{choose, unlock};
use super::{Context, mutual};
use crate::catalogue::entry;
use crate::config::bank::Bank;
use crate::config::banks;
use crate::error::{BankError, Failure, Refusal, TokenError, UsageError};
use crate::http::certificate::{begin_renewal, renewal_begun};
use crate::http::portal::{Portal, refused};
use crate::http::retry::RetryPolicy;
use crate::keystore::content::{Content, KeyEntry, ParsedCertificate};
use crate::output::event::{Event, Work};
use crate::output::outcome::Outcome;
use crate::prompt::UserInterface;
use crate::prompt::question::Question;
use crate::token::open_token::OpenToken;

/// Maximum number of certificates of one bank that are presented to it.
const MOST: usize = 8;

/// Renews the certificate of `bank` on the token; without `bank`, that of the only bank with a certificate on it.
///
/// # Errors
/// [`UsageError::SeveralBanks`]; [`TokenError::NoCertificate`]; the bank's refusal (too early, revoked, suspended,
/// expired); any failure before the new certificate is active.
pub fn run(
    bank: Option<&Identifier>,
    context: &Context,
    ui: &dyn UserInterface,
) -> Result<Outcome, Failure> {
    let banks = match bank {
        Some(id) => vec![banks::find(&context.config, id)?],
        None => banks::usable(&context.config)?,
    };
    let found = choose(context, ui)?;
    let lock = crate::token::lock::TokenLock::take(&context.config, &found)?;
    let token = unlock(context, ui, &found, true)?;
    let (bank, candidates) = candidates(&token.content()?, &banks, context.clock.now())?;
    let StartedRenewal { picked, old, date } = start(context, ui, bank, &token, candidates)?;
    let portal = Portal::of(context.channel(bank)?, &picked, date);
    let time = BankClock::new(context.clock, portal.bank_time(picked.requested_at));
    let view = found.view.clone();
    let result = agreed(ui, bank, &picked, &old, time).and_then(|()| {
        follow::complete(&Job {
            context,
            ui,
            bank,
            portal: &portal,
            picked: &picked,
            token,
            view,
            lock,
            clock: time.clock,
            renewing: Some(old.stored.der.clone()),
        })
    });
    if let Err(failure) = &result {
        let code = entry(failure, context.lang).code;
        portal.progress(ProgressStep::Failed, Some(&code));
    }
    result.map(Outcome::Enrolled)
}

type Pair = (ParsedCertificate, KeyEntry);

/// The bank's response to the certificate that it accepts.
struct StartedRenewal {
    picked: PickedUp,
    old: ParsedCertificate,
    /// The time of the response.
    date: Option<Timestamp>,
}

/// The only bank with certificates on the token, and those with their keys, newest first. An expired certificate is
/// included only if there is no other: the bank then states what to do.
fn candidates<'a>(
    content: &Content,
    banks: &'a [Bank],
    now: Timestamp,
) -> Result<(&'a Bank, Vec<Pair>), Failure> {
    let of = |bank: &'a Bank| {
        let mut pairs: Vec<Pair> = content
            .parsed_certificates()
            .into_iter()
            .filter(|c| issued_by(c, bank))
            .filter_map(|c| {
                let key = content.key(&c.summary.spki_der)?.clone();
                Some((c, key))
            })
            .collect();
        pairs.sort_by_key(|(c, _)| std::cmp::Reverse((c.summary.not_before, c.summary.not_after)));
        if pairs.iter().any(|(c, _)| within_validity(c, now)) {
            pairs.retain(|(c, _)| within_validity(c, now));
            pairs.truncate(MOST);
        } else {
            pairs.truncate(1);
        }
        (bank, pairs)
    };
    let mut found = banks.iter().map(of).filter(|(_, pairs)| !pairs.is_empty());
    let lost = || why_none(content, |c| banks.iter().any(|bank| issued_by(c, bank)));
    let one = found.next().ok_or_else(lost)?;
    let mut others: Vec<String> = found.map(|(bank, _)| bank.id.to_string()).collect();
    if others.is_empty() {
        return Ok(one);
    }
    others.insert(0, one.0.id.to_string());
    Err(UsageError::SeveralBanks { ids: others }.into())
}

/// Whether the certificate is not the one in use: an interrupted renewal may have left it beside that one.
fn passed_over(refusal: &Refusal) -> bool {
    matches!(
        refusal.code.as_str(),
        "certificate-not-yet-active" | "certificate-superseded"
    )
}

/// Presents one certificate after another until the bank accepts one as the certificate in use.
fn start(
    context: &Context,
    ui: &dyn UserInterface,
    bank: &Bank,
    token: &OpenToken,
    candidates: Vec<Pair>,
) -> Result<StartedRenewal, Failure> {
    let mut refusal = None;
    for (certificate, key) in candidates {
        ui.notify(&Event::Working(Work::Signing));
        let der = &certificate.stored.der;
        let channel = mutual::channel(context, ui, bank, token, der, &key)?;
        let wanted = || !ui.is_cancelled();
        let answer = RetryPolicy::new(context.retry_for)
            .run_while(
                wanted,
                || begin_renewal(&channel),
                |seconds, attempt| ui.notify(&Event::Waiting { seconds, attempt }),
            )
            .result?;
        if answer.is_busy() {
            return Err(BankError::Busy.into());
        }
        match answer.refusal("renewal")? {
            None => {
                return Ok(StartedRenewal {
                    picked: renewal_begun(&answer)?,
                    old: certificate,
                    date: answer.date,
                });
            }
            Some(other) if passed_over(&other) => refusal = Some(other),
            Some(final_word) => return Err(refused(final_word).into()),
        }
    }
    Err(refusal.map_or(TokenError::NoCertificate.into(), |r| refused(r).into()))
}

/// Checks the bank's response against the request, and asks the user for consent.
fn agreed(
    ui: &dyn UserInterface,
    bank: &Bank,
    picked: &PickedUp,
    old: &ParsedCertificate,
    time: BankClock,
) -> Result<(), Failure> {
    let expected = Link {
        action: Action::Renew,
        bank: bank.id.clone(),
        request: picked.request.clone(),
    };
    follow::check(&expected, picked, time.clock.now())?;
    if old.summary.common_name.rsplit(' ').next() != Some(picked.login_id.as_str()) {
        return Err(BankError::Mismatch { field: "login_id" }.into());
    }
    let mut view = follow::view(bank, picked, time.off);
    // There is no page to compare the code with.
    view.comparison_code = None;
    ui.notify(&Event::Request(view.clone()));
    ui.confirm(&Question::Request(view))
}
