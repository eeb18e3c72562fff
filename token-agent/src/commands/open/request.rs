//! The request that was picked up.

use inkan_pki::messages::link::Link;
use inkan_pki::messages::request::PickedUp;
use jiff::Timestamp;

use crate::config::bank::Bank;
use crate::error::BankError;
use crate::output::event::RequestView;

/// It must be the one the link names, and still have time.
///
/// # Errors
/// [`BankError::Mismatch`], [`BankError::Late`].
pub(super) fn check(link: &Link, picked: &PickedUp, now: Timestamp) -> Result<(), BankError> {
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
    if picked.login_id.trim().is_empty()
        || picked.login_id.chars().any(|c| c.is_control() || c == ' ')
    {
        return mismatch("login_id");
    }
    if picked.key_algorithms.is_empty() {
        return mismatch("key_algorithms");
    }
    if picked.expires_at <= now {
        return Err(BankError::Late);
    }
    Ok(())
}

/// What the customer agrees to. The bank's name is the one in its file, not the one it gives itself.
pub(super) fn view(bank: &Bank, picked: &PickedUp) -> RequestView {
    RequestView {
        bank: bank.name.clone(),
        action: picked.action,
        company: picked.company.clone(),
        branch: picked.branch.clone(),
        account_type: picked.account_type,
        account: picked.account.clone(),
        user_name: picked.user_name.clone(),
        login_id: picked.login_id.clone(),
        requested_at: picked.requested_at,
        expires_at: picked.expires_at,
        comparison_code: picked.comparison_code.clone(),
    }
}
