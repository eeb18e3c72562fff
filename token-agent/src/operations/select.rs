//! Which certificates on a token belong to a bank, and whether they are usable.

use std::cmp::Reverse;

use inkan_pki::x509::chain::verify_issued_by;
use jiff::Timestamp;

use crate::config::bank::Bank;
use crate::error::TokenError;
use crate::keystore::content::{Content, KeyEntry, ParsedCertificate};

/// Whether one of the bank's customer CAs issued this end-entity certificate.
#[must_use]
pub fn issued_by(certificate: &ParsedCertificate, bank: &Bank) -> bool {
    !certificate.summary.is_ca
        && bank
            .customer_ca
            .iter()
            .any(|ca| verify_issued_by(&certificate.stored.der, ca).is_ok())
}

/// Why there is no certificate that fits and has its key: its key is lost, or there is no certificate.
#[must_use]
pub fn why_none(content: &Content, fits: impl Fn(&ParsedCertificate) -> bool) -> TokenError {
    let lost = content.parsed_certificates().into_iter();
    let mut lost = lost.filter(|c| c.stored.key_gone.is_some() && fits(c));
    match lost.next().and_then(|c| c.stored.key_gone) {
        Some(reason) => TokenError::KeyLost { reason },
        None => TokenError::NoCertificate,
    }
}

/// Whether `now` is within the certificate's validity period.
#[must_use]
pub fn within_validity(certificate: &ParsedCertificate, now: Timestamp) -> bool {
    (certificate.summary.not_before..=certificate.summary.not_after).contains(&now)
}

/// The newest certificate with a key for which `fits` returns true, and that key.
#[must_use]
pub fn newest(
    content: &Content,
    fits: impl Fn(&ParsedCertificate) -> bool,
) -> Option<(ParsedCertificate, KeyEntry)> {
    let pairs = content
        .parsed_certificates()
        .into_iter()
        .filter_map(|certificate| {
            let key = content.key(&certificate.summary.spki_der)?.clone();
            Some((certificate, key))
        });
    pairs
        .filter(|(certificate, _)| fits(certificate))
        .max_by_key(|(c, _)| (c.summary.not_before, c.summary.not_after))
}

/// The bank's certificates with their keys, newest first: those within their validity period, otherwise the newest one,
/// because the bank states what to do then.
#[must_use]
pub fn certificates_of_bank(
    content: &Content,
    bank: &Bank,
    now: Timestamp,
) -> Vec<(ParsedCertificate, KeyEntry)> {
    let pairs = content
        .parsed_certificates()
        .into_iter()
        .filter_map(|certificate| {
            let key = content.key(&certificate.summary.spki_der)?.clone();
            Some((certificate, key))
        });
    let mut pairs: Vec<_> = pairs.filter(|(c, _)| issued_by(c, bank)).collect();
    pairs.sort_by_key(|(c, _)| Reverse((c.summary.not_before, c.summary.not_after)));
    if pairs.iter().any(|(c, _)| within_validity(c, now)) {
        pairs.retain(|(c, _)| within_validity(c, now));
    } else {
        pairs.truncate(1);
    }
    pairs
}

/// The certificates for a public key.
#[must_use]
pub fn certificates_of(content: &Content, spki_der: &[u8]) -> Vec<ParsedCertificate> {
    // Only candidates are parsed: otherwise a token full of keys would have every certificate parsed for every key.
    let holds = |der: &[u8]| {
        der.windows(spki_der.len().max(1))
            .any(|part| part == spki_der)
    };
    let mut all = content.parsed_where(|stored| holds(&stored.der));
    all.retain(|c| c.summary.spki_der == spki_der);
    all
}
