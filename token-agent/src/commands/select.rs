//! Which certificate on a token is a bank's, and whether it can be used.

use inkan_pki::x509::chain::verify_issued_by;
use jiff::Timestamp;

use crate::config::bank::Bank;
use crate::token::content::{Content, OnToken};

/// True when one of the bank's customer CAs issued it to a customer.
#[must_use]
pub fn issued_by(certificate: &OnToken, bank: &Bank) -> bool {
    !certificate.summary.is_ca
        && bank
            .customer_ca
            .iter()
            .any(|ca| verify_issued_by(&certificate.stored.der, ca).is_ok())
}

/// True inside its validity.
#[must_use]
pub fn in_time(certificate: &OnToken, now: Timestamp) -> bool {
    (certificate.summary.not_before..=certificate.summary.not_after).contains(&now)
}

/// The newest certificate with a key for which `fits` holds.
#[must_use]
pub fn newest(content: &Content, fits: impl Fn(&OnToken) -> bool) -> Option<&OnToken> {
    let candidates = content
        .certificates
        .iter()
        .filter(|c| content.key_of(c).is_some());
    candidates
        .filter(|c| fits(c))
        .max_by_key(|c| (c.summary.not_before, c.summary.not_after))
}
