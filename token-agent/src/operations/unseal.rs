//! An officer's share for the bank's sealed HSM. The bank hands the sealed share out over mutual TLS with the officer's certificate;
//! the token opens it, and the share goes back over the same kind of connection. No browser and no file ever sees it.

use inkan_pki::messages::link::Link;
use inkan_pki::messages::unseal::{OfficersShare, OpenedShare, ShareTaken, UnsealPickedUp};
use jiff::Timestamp;

use super::bank_clock::BankClock;
use super::share_key::{certificate_of, open};
use super::unlock::{choose, unlock};
use super::{Context, mutual};
use crate::config::bank::Bank;
use crate::error::{BankError, Failure};
use crate::http::portal::Portal;
use crate::output::event::{Event, RequestView, Work};
use crate::output::outcome::{Outcome, ShareSent};
use crate::prompt::UserInterface;
use crate::prompt::question::Question;

/// Follows a link to unseal.
///
/// # Errors
/// Any failure before the bank has taken the share.
pub(super) fn run(
    link: &Link,
    bank: &Bank,
    context: &Context,
    ui: &dyn UserInterface,
) -> Result<Outcome, Failure> {
    let channel = context.channel(bank)?;
    let (portal, picked) = Portal::pick_up_unseal(channel, &link.request)?;
    let time = BankClock::new(context.clock, portal.bank_time(picked.requested_at));
    check(link, &picked, time.clock.now())?;
    let view = view(bank, &picked, time.off);
    ui.notify(&Event::Request(view.clone()));
    ui.confirm(&Question::Request(view))?;
    let found = choose(context, ui)?;
    let token = unlock(context, ui, &found, false)?;
    let (certificate, key) = certificate_of(bank, &token, context, ui)?;
    if ui.is_cancelled() {
        return Err(Failure::Cancelled);
    }
    ui.notify(&Event::Working(Work::Signing));
    let mutual = mutual::channel(context, ui, bank, &token, &certificate.stored.der, &key)?;
    let OfficersShare { binding, share } =
        portal.about_share(&mutual, "sealed-share", &serde_json::Map::new())?;
    // The set that was consented to, whatever the bank sends now.
    if binding.set != picked.set.replace(' ', "") {
        return Err(BankError::Mismatch { field: "set" }.into());
    }
    let opened = open(&token, ui, &binding, &share)?;
    // Until here nothing is done; the share counts as soon as the bank has it.
    if ui.is_cancelled() {
        return Err(Failure::Cancelled);
    }
    let body = OpenedShare { share: opened };
    let taken: ShareTaken = portal.about_share(&mutual, "share", &body)?;
    Ok(Outcome::ShareSent(ShareSent {
        bank: bank.name.clone(),
        officer: binding.officer,
        unsealed: taken.unsealed,
        have: taken.have,
        need: taken.need,
        token: found.view,
    }))
}

/// Checks that the request matches the link and has not expired.
fn check(link: &Link, picked: &UnsealPickedUp, now: Timestamp) -> Result<(), BankError> {
    let mismatch = |field| Err(BankError::Mismatch { field });
    if picked.request != link.request {
        return mismatch("request");
    }
    if picked.action != link.action {
        return mismatch("action");
    }
    if picked.bank.id != link.bank {
        return mismatch("bank");
    }
    if picked.expires_at <= now {
        return Err(BankError::Late);
    }
    Ok(())
}

/// What the officer consents to. The bank's name comes from its file, not from its response.
fn view(bank: &Bank, picked: &UnsealPickedUp, clock_ahead: Option<i64>) -> RequestView {
    RequestView {
        bank: bank.name.clone(),
        action: picked.action,
        customer: None,
        staff: Some(picked.staff.clone()),
        set: Some(picked.set.clone()),
        requested_at: picked.requested_at,
        expires_at: picked.expires_at,
        comparison_code: Some(picked.comparison_code.clone()),
        clock_ahead,
    }
}
