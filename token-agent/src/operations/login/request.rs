//! The picked-up login. The user is not known yet.

use inkan_pki::messages::link::Link;
use inkan_pki::messages::login::LoginPickedUp;
use jiff::Timestamp;

use crate::config::bank::Bank;
use crate::error::BankError;
use crate::output::event::RequestView;

/// Checks that the login matches the link and has not expired.
///
/// # Errors
/// [`BankError::Mismatch`], [`BankError::Late`].
pub(super) fn check(link: &Link, picked: &LoginPickedUp, now: Timestamp) -> Result<(), BankError> {
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

/// The request that the customer consents to. The bank's name comes from its file, not from its response.
pub(super) fn view(bank: &Bank, picked: &LoginPickedUp, clock_ahead: Option<i64>) -> RequestView {
    RequestView {
        bank: bank.name.clone(),
        action: picked.action,
        customer: None,
        staff: None,
        set: None,
        requested_at: picked.requested_at,
        expires_at: picked.expires_at,
        comparison_code: Some(picked.comparison_code.clone()),
        clock_ahead,
    }
}
