//! Generates a key: created, restricted, stored, read back. Whatever fails on the way leaves no key; if a key remains all
//! the same, the error states it.

use inkan_pki::messages::bank::KeyStoreDemand;
use inkan_win32::cng::{Key, NewKey as Started, names as cng};
use inkan_win32::error::CallError;

use super::key;
use super::providers::{OpenProvider, Providers, algorithm_name};
use crate::error::TokenError;
use crate::keystore::capabilities::NewKey;
use crate::keystore::content::{KeyEntry, KeyProtection};
use crate::windows_store::code::{Meaning, meaning, token_error};
use crate::windows_store::link::Link;
use crate::windows_store::names;

/// Why there is no key.
enum Refused {
    /// The next provider has its chance.
    Here(TokenError),
    /// No provider is tried any more.
    Everywhere(TokenError),
}

/// In the first provider that generates such a key and is of the kind that the bank demands.
///
/// # Errors
/// [`TokenError::NoAlgorithm`], [`TokenError::NoPrompt`], [`TokenError::Extractable`], [`TokenError::Cancelled`],
/// [`TokenError::Full`], or the last provider's error; [`TokenError::Failed`] if an unusable key could not be deleted.
pub(super) fn generate(
    providers: &Providers,
    computer: &str,
    new: &NewKey,
) -> Result<KeyEntry, TokenError> {
    let mut refused = TokenError::NoAlgorithm;
    for provider in candidates(providers, new.key_store) {
        if !provider.may_generate(new.algorithm) {
            continue;
        }
        match generate_in(provider, computer, new) {
            Ok(made) => return Ok(made),
            // Not the next provider's business: the user declined, or the key was unsafe.
            Err(Refused::Here(error @ (TokenError::Cancelled | TokenError::Extractable))) => {
                return Err(error);
            }
            // A TPM that does not have this length, is busy or locked.
            Err(Refused::Here(error)) => refused = error,
            // A key remained: a second one would hide it.
            Err(Refused::Everywhere(error)) => return Err(error),
        }
    }
    Err(refused)
}

/// The providers of the kind that the bank demands, the preferred one first.
pub(super) fn candidates(
    providers: &Providers,
    demand: Option<KeyStoreDemand>,
) -> impl Iterator<Item = &OpenProvider> {
    let fits = move |provider: &&OpenProvider| match demand {
        None => true,
        Some(KeyStoreDemand::Tpm) => provider.protection == KeyProtection::Tpm,
        Some(KeyStoreDemand::Card) => provider.protection == KeyProtection::Card,
    };
    providers.all().iter().filter(fits)
}

fn generate_in(provider: &OpenProvider, computer: &str, new: &NewKey) -> Result<KeyEntry, Refused> {
    let (key, container) = store_in(provider, computer, new).map_err(Refused::Here)?;
    match read_back(&key, provider, &container, new) {
        Ok(entry) => Ok(entry),
        Err(error) => match key::discard(key, provider, &container) {
            Ok(()) => Err(Refused::Here(error)),
            Err(remains) => Err(Refused::Everywhere(remains)),
        },
    }
}

/// The stored key, and the name of its container.
fn store_in(
    provider: &OpenProvider,
    computer: &str,
    new: &NewKey,
) -> Result<(Key, String), TokenError> {
    let mut random = [0; names::RANDOM];
    getrandom::fill(&mut random).map_err(|e| TokenError::Failed {
        operation: "name the key".to_owned(),
        detail: e.to_string(),
    })?;
    let (container, path) = provider.new_name(computer, random, &new.label);
    let failed = |e: CallError| token_error(e.call, e.code);
    let started = Started::start(&provider.handle, algorithm_name(new.algorithm), &path);
    let started = started.map_err(failed)?;
    restrict(&started, new)?;
    let key = started.finalize().map_err(failed)?;
    Ok((key, container))
}

/// Sets what the key may be used for, before it exists.
fn restrict(started: &Started, new: &NewKey) -> Result<(), TokenError> {
    // A provider that knows no such restriction refuses the property; what the key can do is read back anyway.
    for (property, value) in [
        (cng::EXPORT_POLICY, 0),
        (cng::KEY_USAGE, cng::ALLOW_SIGNING),
    ] {
        match started.set_number(property, value) {
            Err(e) if meaning(e.code) != Meaning::Unsupported => {
                return Err(token_error(e.call, e.code));
            }
            Err(_) | Ok(()) => {}
        }
    }
    if new.algorithm.is_rsa() {
        let bits = u32::try_from(new.algorithm.bits()).unwrap_or_default();
        let set = started.set_number(cng::LENGTH, bits);
        set.map_err(|e| token_error(e.call, e.code))?;
    }
    if new.windows_prompt {
        let set = started.require_prompt(&new.label);
        set.map_err(|e| match meaning(e.code) {
            Meaning::Unsupported => TokenError::NoPrompt,
            _ => token_error(e.call, e.code),
        })?;
    }
    Ok(())
}

/// Reads what the provider really stored: a provider that keeps keys in memory only does not find it again.
fn read_back(
    made: &Key,
    provider: &OpenProvider,
    container: &str,
    new: &NewKey,
) -> Result<KeyEntry, TokenError> {
    let key = Key::open(&provider.handle, container, 0, 0, true);
    let key = key.map_err(|e| match meaning(e.code) {
        Meaning::Gone(_) => TokenError::NoAlgorithm,
        _ => token_error(e.call, e.code),
    })?;
    if !key::is_confined(&key) {
        return Err(TokenError::Extractable);
    }
    // A provider may accept the policy and store none.
    if new.windows_prompt && !key.requires_prompt().unwrap_or(false) {
        return Err(TokenError::NoPrompt);
    }
    let link = Link::new(provider.name, container);
    let entry = key::entry(&key, &link, Some(provider.protection))?;
    let same = key::entry(made, &link, None)?.spki_der == entry.spki_der;
    if !same || entry.algorithm != new.algorithm {
        return Err(TokenError::NoAlgorithm);
    }
    Ok(entry)
}
