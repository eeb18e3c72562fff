//! The picked-up request.

use inkan_pki::messages::link::Link;
use inkan_pki::messages::request::PickedUp;
use jiff::Timestamp;

use crate::config::bank::Bank;
use crate::error::BankError;
use crate::output::clean::clean;
use crate::output::event::{CustomerView, RequestView};

/// Maximum length of a login ID, in characters.
const MAX_LOGIN_ID: usize = 64;

/// Checks that the request matches the link and has not expired.
///
/// # Errors
/// [`BankError::Mismatch`], [`BankError::Late`].
pub(in crate::operations) fn check(
    link: &Link,
    picked: &PickedUp,
    now: Timestamp,
) -> Result<(), BankError> {
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
    if !is_login_id(&picked.login_id) {
        return mismatch("login_id");
    }
    // The shown value must be the certified value.
    if picked
        .staff
        .as_ref()
        .is_some_and(|staff| staff.number != picked.login_id)
    {
        return mismatch("staff");
    }
    if picked.key_algorithms.is_empty() {
        return mismatch("key_algorithms");
    }
    if picked.expires_at <= now {
        return Err(BankError::Late);
    }
    Ok(())
}

/// The login ID goes into labels on the token and is compared with the last word of a name.
fn is_login_id(text: &str) -> bool {
    !text.is_empty()
        && text.chars().count() <= MAX_LOGIN_ID
        && !text.contains(char::is_whitespace)
        && clean(text) == text
}

/// The request that the customer consents to. The bank's name comes from its file, not from its response.
pub(in crate::operations) fn view(
    bank: &Bank,
    picked: &PickedUp,
    clock_ahead: Option<i64>,
) -> RequestView {
    RequestView {
        bank: bank.name.clone(),
        action: picked.action,
        customer: picked.staff.is_none().then(|| CustomerView {
            company: picked.company.clone(),
            branch: picked.branch.clone(),
            account_type: picked.account_type,
            account: picked.account.clone(),
            user_name: picked.user_name.clone(),
            login_id: picked.login_id.clone(),
        }),
        staff: picked.staff.clone(),
        set: None,
        requested_at: picked.requested_at,
        expires_at: picked.expires_at,
        comparison_code: Some(picked.comparison_code.clone()),
        clock_ahead,
    }
}

#[cfg(test)]
mod tests {
    use super::is_login_id;

    #[test]
    fn a_login_id_is_one_short_word_that_hides_nothing() {
        assert!(
            is_login_id("hanakodt") && is_login_id("hana/kodt") && is_login_id(&"x".repeat(64))
        );
        for bad in [
            "",
            " ",
            "a b",
            "a\u{3000}b",
            "a\nb",
            "a\u{1b}b",
            "a\u{202e}b",
            &"x".repeat(65),
        ] {
            assert!(!is_login_id(bad), "{bad:?}");
        }
    }
}
