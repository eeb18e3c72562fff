//! A renewal begun here, with no page of the bank's: the certificate on the token is the proof (RFC 7030 §4.2.2). The bank
//! answers as it would a page's request, and the rest is the same.

use inkan_pki::messages::identifier::Identifier;
use inkan_pki::messages::link::{Action, Link};
use inkan_pki::messages::request::{PickedUp, ProgressStep};
use jiff::Timestamp;

use super::bank_clock::BankClock;
use super::follow::{self, Job};
use super::select::{in_time, issued_by};
use super::unlock::{choose, unlock};
use super::{Context, mutual};
use crate::catalogue::entry;
use crate::config::bank::Bank;
use crate::config::banks;
use crate::error::{BankError, Failure, Refusal, TokenError, UsageError};
use crate::http::certificate::{begin_renewal, renewal_begun};
use crate::http::patience::Patience;
use crate::http::portal::{Portal, refused};
use crate::keystore::content::{Content, KeyEntry, Readable};
use crate::output::event::{Event, Work};
use crate::output::outcome::Outcome;
use crate::prompt::Person;
use crate::prompt::question::Question;
use crate::token::opened::OpenToken;

/// Most certificates of one bank that are shown to it.
const MOST: usize = 8;

/// Renews the certificate of `bank` on the token, of the only bank that it has one of where none is named.
///
/// # Errors
/// [`UsageError::SeveralBanks`]; [`TokenError::NoCertificate`]; what the bank refuses, in its own words (too early, revoked,
/// suspended, expired); and whatever keeps the new certificate from becoming active.
pub fn run(
    bank: Option<&Identifier>,
    context: &Context,
    person: &dyn Person,
) -> Result<Outcome, Failure> {
    let banks = match bank {
        Some(id) => vec![banks::find(&context.config, id)?],
        None => banks::usable(&context.config)?,
    };
    let found = choose(context, person)?;
    let lock = crate::token::lock::TokenLock::take(&context.config, &found)?;
    let token = unlock(context, person, &found, true)?;
    let (bank, candidates) = candidates(&token.content()?, &banks, context.clock.now())?;
    let Begun { picked, old, date } = begin(context, person, bank, &token, candidates)?;
    let portal = Portal::of(context.channel(bank)?, &picked, date);
    let time = BankClock::new(context.clock, portal.bank_time(picked.requested_at));
    let view = found.view.clone();
    let result = agreed(person, bank, &picked, &old, time).and_then(|()| {
        follow::go_on(&Job {
            context,
            person,
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

type Pair = (Readable, KeyEntry);

/// What the bank said to the certificate that it takes.
struct Begun {
    picked: PickedUp,
    old: Readable,
    /// When it said it.
    date: Option<Timestamp>,
}

/// The one bank that the token has certificates of, and those with their keys, newest first. One whose time is over is shown
/// only where there is no other: the bank says what to do then.
fn candidates<'a>(
    content: &Content,
    banks: &'a [Bank],
    now: Timestamp,
) -> Result<(&'a Bank, Vec<Pair>), Failure> {
    let of = |bank: &'a Bank| {
        let mut pairs: Vec<Pair> = content
            .readable()
            .into_iter()
            .filter(|c| issued_by(c, bank))
            .filter_map(|c| {
                let key = content.key(&c.summary.spki_der)?.clone();
                Some((c, key))
            })
            .collect();
        pairs.sort_by_key(|(c, _)| std::cmp::Reverse((c.summary.not_before, c.summary.not_after)));
        if pairs.iter().any(|(c, _)| in_time(c, now)) {
            pairs.retain(|(c, _)| in_time(c, now));
            pairs.truncate(MOST);
        } else {
            pairs.truncate(1);
        }
        (bank, pairs)
    };
    let mut found = banks.iter().map(of).filter(|(_, pairs)| !pairs.is_empty());
    let one = found.next().ok_or(TokenError::NoCertificate)?;
    let mut others: Vec<String> = found.map(|(bank, _)| bank.id.to_string()).collect();
    if others.is_empty() {
        return Ok(one);
    }
    others.insert(0, one.0.id.to_string());
    Err(UsageError::SeveralBanks { ids: others }.into())
}

/// True for a certificate that is not the one in use: a renewal that broke off may have left it beside that.
fn passed_over(refusal: &Refusal) -> bool {
    matches!(
        refusal.code.as_str(),
        "certificate-not-yet-active" | "certificate-superseded"
    )
}

/// Shows the bank one certificate after the other, until it takes one as the one in use.
fn begin(
    context: &Context,
    person: &dyn Person,
    bank: &Bank,
    token: &OpenToken,
    candidates: Vec<Pair>,
) -> Result<Begun, Failure> {
    let mut refusal = None;
    for (certificate, key) in candidates {
        person.tell(&Event::Working(Work::Signing));
        let der = &certificate.stored.der;
        let channel = mutual::channel(context, person, bank, token, der, &key)?;
        let wanted = || !person.wants_to_stop();
        let answer = Patience::new(context.patience)
            .run_while(
                wanted,
                || begin_renewal(&channel),
                |seconds, attempt| person.tell(&Event::Waiting { seconds, attempt }),
            )
            .result?;
        if answer.is_busy() {
            return Err(BankError::Busy.into());
        }
        match answer.refusal("renewal")? {
            None => {
                return Ok(Begun {
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

/// What the bank answered must fit what was asked, and the person agrees to it.
fn agreed(
    person: &dyn Person,
    bank: &Bank,
    picked: &PickedUp,
    old: &Readable,
    time: BankClock,
) -> Result<(), Failure> {
    let asked = Link {
        action: Action::Renew,
        bank: bank.id.clone(),
        request: picked.request.clone(),
    };
    follow::check(&asked, picked, time.clock.now())?;
    if old.summary.common_name.rsplit(' ').next() != Some(picked.login_id.as_str()) {
        return Err(BankError::Mismatch { field: "login_id" }.into());
    }
    let mut view = follow::view(bank, picked, time.off);
    // There is no page to compare it with.
    view.comparison_code = None;
    person.tell(&Event::Request(view.clone()));
    person.agree(&Question::Request(view))
}
