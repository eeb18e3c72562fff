//! A login for a browser that cannot use the token: the agent proves the certificate to the bank and opens the
//! resulting code in the browser. Nothing on the token is changed, and nothing is kept.
//!
//! - [`request`]: the picked-up login, checked against the link
//! - [`proof`]: mutual TLS with the certificate, and the code

mod proof;
mod request;

use inkan_pki::messages::link::Link;
use inkan_pki::messages::login::LoginPickedUp;
use inkan_pki::messages::request::ProgressStep;

use super::bank_clock::BankClock;
use super::select::{certificates_of_bank, issued_by, why_none};
use super::unlock::{choose, unlock};
use super::{Context, entries};
use crate::catalogue::entry;
use crate::config::bank::Bank;
use crate::error::Failure;
use crate::http::portal::Portal;
use crate::output::event::{Event, Work};
use crate::output::outcome::{Opened, Outcome};
use crate::prompt::UserInterface;
use crate::prompt::question::{CertificateChoice, Question};

/// Follows a login link.
///
/// # Errors
/// Any failure before the code is opened. Its code is reported to the waiting page.
pub(super) fn run(
    link: &Link,
    bank: &Bank,
    context: &Context,
    ui: &dyn UserInterface,
) -> Result<Outcome, Failure> {
    let channel = context.channel(bank)?;
    let (portal, picked) = Portal::pick_up_login(channel, &link.request)?;
    let time = BankClock::new(context.clock, portal.bank_time(picked.requested_at));
    let result = request::check(link, &picked, time.clock.now())
        .map_err(Failure::from)
        .and_then(|()| log_in(context, ui, bank, &portal, &picked, time));
    if let Err(failure) = &result {
        let code = entry(failure, context.lang).code;
        portal.progress(ProgressStep::Failed, Some(&code));
    }
    result.map(Outcome::Opened)
}

fn log_in(
    context: &Context,
    ui: &dyn UserInterface,
    bank: &Bank,
    portal: &Portal,
    picked: &LoginPickedUp,
    time: BankClock,
) -> Result<Opened, Failure> {
    let view = request::view(bank, picked, time.off);
    ui.notify(&Event::Request(view.clone()));
    ui.confirm(&Question::Request(view))?;
    let found = choose(context, ui)?;
    let token = unlock(context, ui, &found, false)?;
    portal.progress(ProgressStep::TokenChosen, None);

    let content = token.content()?;
    let mut pairs = certificates_of_bank(&content, bank, time.clock.now());
    if pairs.is_empty() {
        return Err(why_none(&content, |c| issued_by(c, bank)).into());
    }
    let banks = std::slice::from_ref(bank);
    let entry = |c| entries::certificate(c, &content, true, banks, context);
    let chosen = ui.choose_certificate(&CertificateChoice {
        token: found.view.clone(),
        entries: pairs.iter().map(|(c, _)| entry(c)).collect(),
    })?;
    if chosen >= pairs.len() {
        return Err(Failure::Cancelled);
    }
    let (certificate, key) = pairs.swap_remove(chosen);
    if ui.is_cancelled() {
        return Err(Failure::Cancelled);
    }
    ui.notify(&Event::Working(Work::Signing));
    let job = proof::Job {
        context,
        ui,
        bank,
        portal,
        picked,
        clock: time.clock,
    };
    let address = job.address(&token, &certificate.stored.der, &key)?;
    let manual = ui.open_page(&address)?;

    let summary = certificate.summary;
    Ok(Opened {
        bank: bank.name.clone(),
        common_name: summary.common_name,
        serial: summary.serial,
        token: found.view,
        address: manual.then(|| address.expose().to_owned()),
    })
}
