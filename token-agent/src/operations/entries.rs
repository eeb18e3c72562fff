//! The contents of a token as the user sees them: certificates with their keys, and keys without a certificate.

use std::collections::HashSet;

use super::Context;
use super::select::{issued_by, within_validity};
use crate::config::bank::Bank;
use crate::keystore::content::{Content, KeyEntry, ParsedCertificate};
use crate::output::outcome::{TokenEntry, Unusable};
use crate::token::label::bank_of;
use crate::token::stored_labels::label_of;

/// All entries; CA certificates without a key are left out. `logged_in`: a key that is not visible does not exist.
#[must_use]
pub fn all(
    content: &Content,
    logged_in: bool,
    banks: &[Bank],
    context: &Context,
) -> Vec<TokenEntry> {
    let certificates = content.parsed_certificates();
    let mut entries: Vec<_> = certificates
        .iter()
        .filter(|c| !c.summary.is_ca || content.key(&c.summary.spki_der).is_some())
        .map(|c| certificate(c, content, logged_in, banks, context))
        .collect();
    let certified: HashSet<&[u8]> = certificates
        .iter()
        .map(|c| c.summary.spki_der.as_slice())
        .collect();
    let lone = content
        .keys
        .iter()
        .filter(|k| !certified.contains(k.spki_der.as_slice()));
    entries.extend(lone.map(|key| self::key(key, context)));
    entries
}

/// One certificate.
#[must_use]
pub fn certificate(
    on: &ParsedCertificate,
    content: &Content,
    logged_in: bool,
    banks: &[Bank],
    context: &Context,
) -> TokenEntry {
    let bank = banks.iter().find(|bank| issued_by(on, bank));
    let seen = content.key(&on.summary.spki_der);
    let has_key = (seen.is_some() || logged_in).then_some(seen.is_some());
    let now = context.clock.now();
    let reason = if on.summary.not_after < now {
        Some(Unusable::Expired)
    } else if bank.is_none() {
        Some(Unusable::NoBank)
    } else if !within_validity(on, now) {
        Some(Unusable::NotYetValid)
    } else if !on.summary.client_auth {
        Some(Unusable::WrongPurpose)
    } else if has_key == Some(false) {
        Some(Unusable::NoKey)
    } else {
        None
    };
    TokenEntry {
        bank: bank.map(|bank| bank.id.to_string()),
        bank_name: bank.map(|bank| bank.name.clone()),
        label: on.stored.label.clone(),
        location: on.stored.location.clone(),
        organization: Some(on.summary.organization.clone()),
        common_name: Some(on.summary.common_name.clone()),
        serial: Some(on.summary.serial.clone()),
        not_before: Some(on.summary.not_before),
        not_after: Some(on.summary.not_after),
        has_key,
        usable: if reason.is_some() {
            Some(false)
        } else {
            has_key
        },
        reason,
        bank_code: None,
        algorithm: seen.map(|key| key.algorithm),
        protection: seen.and_then(|key| key.protection),
        key_gone: on.stored.key_gone,
    }
}

/// A key without a certificate.
#[must_use]
pub fn key(pair: &KeyEntry, context: &Context) -> TokenEntry {
    let label = label_of(&context.config, pair);
    TokenEntry {
        bank: bank_of(&label).map(str::to_owned),
        bank_name: None,
        label,
        location: pair.location.clone(),
        organization: None,
        common_name: None,
        serial: None,
        not_before: None,
        not_after: None,
        has_key: Some(true),
        usable: Some(false),
        reason: Some(Unusable::NoCertificate),
        bank_code: None,
        algorithm: Some(pair.algorithm),
        protection: pair.protection,
        key_gone: None,
    }
}
