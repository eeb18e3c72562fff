//! Which certificate on a token is a bank's, and whether it can be used.

use std::cmp::Reverse;

use inkan_pki::x509::chain::verify_issued_by;
use jiff::Timestamp;

use crate::config::bank::Bank;
use crate::keystore::content::{Content, KeyEntry, Readable};

/// True when one of the bank's customer CAs issued it to a customer.
#[must_use]
pub fn issued_by(certificate: &Readable, bank: &Bank) -> bool {
    !certificate.summary.is_ca
        && bank
            .customer_ca
            .iter()
            .any(|ca| verify_issued_by(&certificate.stored.der, ca).is_ok())
}

/// True inside its validity.
#[must_use]
pub fn in_time(certificate: &Readable, now: Timestamp) -> bool {
    (certificate.summary.not_before..=certificate.summary.not_after).contains(&now)
}

/// The newest certificate with a key for which `fits` holds, and that key.
#[must_use]
pub fn newest(content: &Content, fits: impl Fn(&Readable) -> bool) -> Option<(Readable, KeyEntry)> {
    let pairs = content.readable().into_iter().filter_map(|certificate| {
        let key = content.key(&certificate.summary.spki_der)?.clone();
        Some((certificate, key))
    });
    pairs
        .filter(|(certificate, _)| fits(certificate))
        .max_by_key(|(c, _)| (c.summary.not_before, c.summary.not_after))
}

/// The bank's certificates with their keys, newest first: those whose time is now, or where there are none the others, because
/// the bank says what to do then.
#[must_use]
pub fn of_bank(content: &Content, bank: &Bank, now: Timestamp) -> Vec<(Readable, KeyEntry)> {
    let pairs = content.readable().into_iter().filter_map(|certificate| {
        let key = content.key(&certificate.summary.spki_der)?.clone();
        Some((certificate, key))
    });
    let mut pairs: Vec<_> = pairs.filter(|(c, _)| issued_by(c, bank)).collect();
    pairs.sort_by_key(|(c, _)| Reverse((c.summary.not_before, c.summary.not_after)));
    if pairs.iter().any(|(c, _)| in_time(c, now)) {
        pairs.retain(|(c, _)| in_time(c, now));
    } else {
        pairs.truncate(1);
    }
    pairs
}

/// The certificates for a public key.
#[must_use]
pub fn certificates_of(content: &Content, spki_der: &[u8]) -> Vec<Readable> {
    // Only those that hold it at all are taken apart: a token full of keys would otherwise have each parsed for each.
    let holds = |der: &[u8]| {
        der.windows(spki_der.len().max(1))
            .any(|part| part == spki_der)
    };
    let mut all = content.readable_where(|stored| holds(&stored.der));
    all.retain(|c| c.summary.spki_der == spki_der);
    all
}
