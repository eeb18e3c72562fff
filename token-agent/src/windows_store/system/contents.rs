//! Keys and certificates: the agent's own keys, the keys that certificates link to, and the user's certificates.
//! Other programs keep keys here too; those without a certificate are none of the customer's business. Providers of other
//! vendors are not loaded for a list: their code could prompt, hang or crash.

use std::collections::BTreeMap;

use inkan_pki::spki::PublicKey;
use inkan_pki::x509::summary::CertificateSummary;
use inkan_win32::certificates::StoredCertificate;
use inkan_win32::error::CallError;

use super::providers::Providers;
use super::{certificates, key};
use crate::error::TokenError;
use crate::keystore::content::{CertificateEntry, Content, KeyEntry, KeyGoneReason, KeyProtection};
use crate::windows_store::code::{Meaning, meaning, why_gone};
use crate::windows_store::link::Link;
use crate::windows_store::listing::{self, Room};
use crate::windows_store::names;

/// The key of each link that was followed, or why there is none.
type Followed = BTreeMap<Link, Result<Option<KeyEntry>, CallError>>;

/// Reads everything.
///
/// # Errors
/// The error of a certificate store.
pub(super) fn read(providers: &Providers, computer: &str) -> Result<Content, TokenError> {
    let mut followed = own_keys(providers);
    let stored = certificates::of_user()?;
    let on_card = names_on_card(providers);
    let link_of = |stored: &StoredCertificate| stored.link().map(|link| key::from_system(&link));
    let mut linked: Vec<_> = stored
        .iter()
        .map(|stored| (stored.der(), link_of(stored)))
        .filter(|(_, link)| belongs(link.as_ref(), on_card.as_deref()))
        .collect();
    // If there is not enough room for all, the agent's own are there.
    linked.sort_by_key(|(_, link)| !link.as_ref().is_some_and(is_own));
    let mut room = Room::default();
    linked.retain(|(der, _)| room.take(der));
    for link in linked.iter().filter_map(|(_, link)| link.as_ref()) {
        let known = followed.keys().any(|known| known.same_key(link));
        if !known && may_follow(providers, link) {
            followed.insert(link.clone(), key::find(providers, link));
        }
    }
    let keys: Vec<KeyEntry> = followed
        .values()
        .filter_map(|result| result.as_ref().ok()?.clone())
        .collect();
    let own: Vec<_> = linked.iter().map(|(der, _)| der.clone()).collect();
    let mut certificates: Vec<_> = linked
        .into_iter()
        .map(|(der, link)| entry(der, link.as_ref(), &keys, &followed, computer))
        .collect();
    let authorities = certificates::of_authorities()?;
    let authorities = authorities.iter().map(StoredCertificate::der).collect();
    let above = listing::above(&own, authorities).into_iter();
    certificates.extend(
        above
            .filter(|der| !own.contains(der) && room.take(der))
            .map(|der| plain(der, None)),
    );
    Ok(Content {
        keys: without_twins(keys),
        certificates,
        orphans: Vec::new(),
    })
}

/// The names of all keys on the card, if this is a card.
fn names_on_card(providers: &Providers) -> Option<Vec<String>> {
    let card = providers
        .all()
        .iter()
        .find(|p| p.protection == KeyProtection::Card)?;
    let names = card.key_names().unwrap_or_default();
    Some(names.into_iter().map(|key| key.name).collect())
}

/// Whether a certificate with this link belongs to this token. A card is a token of its own, although Windows copies its
/// certificates into the user's store.
fn belongs(link: Option<&Link>, on_card: Option<&[String]>) -> bool {
    match (link, on_card) {
        (link, None) => !link.is_some_and(Link::is_of_card),
        (Some(link), Some(names)) => link.is_of_card() && names.contains(&link.container),
        (None, Some(_)) => false,
    }
}

/// Whether the agent created the key.
fn is_own(link: &Link) -> bool {
    !link.is_legacy() && names::parse(&link.container).is_some()
}

/// Whether the key is looked for.
fn may_follow(providers: &Providers, link: &Link) -> bool {
    link.is_of_microsoft() || providers.named(&link.provider).is_some()
}

/// The keys that the agent created.
fn own_keys(providers: &Providers) -> Followed {
    let mut followed = Followed::new();
    for provider in providers.all() {
        // A provider that cannot list its keys still opens those that certificates link to.
        let names = provider.key_names().unwrap_or_default();
        let ours = names.iter().filter(|key| names::parse(&key.name).is_some());
        for name in ours {
            let link = Link::new(provider.name, &name.name);
            let found = key::find(providers, &link);
            followed.insert(link, found);
        }
    }
    followed
}

fn entry(
    der: Vec<u8>,
    link: Option<&Link>,
    keys: &[KeyEntry],
    followed: &Followed,
    computer: &str,
) -> CertificateEntry {
    let spki = CertificateSummary::parse(&der).map(|summary| summary.spki_der);
    let has_key = spki.is_ok_and(|spki| keys.iter().any(|key| key.spki_der == spki));
    let gone = link.filter(|_| !has_key).and_then(|link| {
        let (_, result) = followed.iter().find(|(known, _)| known.same_key(link))?;
        let error = result.as_ref().err()?;
        Some(reason(link, computer, error))
    });
    plain(der, gone)
}

fn reason(link: &Link, computer: &str, error: &CallError) -> KeyGoneReason {
    match meaning(error.code) {
        Meaning::Gone(_) => why_gone(link, computer, error.code),
        _ => KeyGoneReason::Unknown,
    }
}

fn plain(der: Vec<u8>, key_gone: Option<KeyGoneReason>) -> CertificateEntry {
    CertificateEntry {
        label: String::new(),
        location: None,
        der,
        key_gone,
    }
}

/// A key that two links name is one key. Links of legacy and new providers can name the same.
fn without_twins(mut keys: Vec<KeyEntry>) -> Vec<KeyEntry> {
    let mut seen = std::collections::HashSet::new();
    keys.retain(|key| {
        PublicKey::from_spki(&key.spki_der).is_ok() && seen.insert(key.spki_der.clone())
    });
    keys
}
