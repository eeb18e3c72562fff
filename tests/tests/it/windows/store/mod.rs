//! The keys that Windows keeps, on the test double of `ncrypt.dll` and Wine's certificate stores: how a key is made, and what
//! happens when it is lost or something fails. Each call goes through a driver's process, as on a customer's computer.
//!
//! - [`create`]: how a key is made, and with what it signs
//! - [`lost`]: keys that are lost, links that are broken
//! - [`others`]: what is not the agent's, and what fails

mod create;
mod lost;
mod others;

use std::fs;

use inkan_agent::error::TokenError;
use inkan_agent::keystore::KeyStore;
use inkan_agent::keystore::capabilities::NewKey;
use inkan_agent::keystore::content::{KeyEntry, KeyGoneReason};
use inkan_agent::keystore::discovery::TokenProvider;
use inkan_agent::windows_store::link::Link;
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_tests::Outcome;
use inkan_tests::windows_computer::{WindowsComputer, WindowsTokens};

use crate::conformance::certificate_for;

const LABEL: &str = "inkan/kenmin/花子/2026-11-23/01234567";
const MESSAGE: &[u8] = b"message";

fn new(algorithm: KeyAlgorithm) -> NewKey {
    NewKey {
        algorithm,
        label: LABEL.to_owned(),
        replaces: None,
        certificate_size: 0,
        key_store: None,
        windows_prompt: false,
    }
}

/// Opens the token of this computer.
fn open(tokens: &WindowsTokens) -> Outcome<Box<dyn KeyStore>> {
    let discovery = tokens.find_tokens();
    let [token] = discovery.tokens.as_slice() else {
        return Err(format!("{discovery:?}").into());
    };
    Ok(tokens.open(token).map_err(told)?)
}

fn told(error: TokenError) -> String {
    format!("{error:?}")
}

fn opened(computer: &WindowsComputer) -> Outcome<Box<dyn KeyStore>> {
    open(&computer.tokens()?)
}

fn sign(store: &mut dyn KeyStore, key: &KeyEntry) -> Result<Vec<u8>, TokenError> {
    store.sign(&key.reference, key.algorithm.default_scheme(), MESSAGE)
}

/// A key with its certificate.
fn with_certificate(store: &mut dyn KeyStore) -> Outcome<(KeyEntry, Vec<u8>)> {
    let key = store.generate(&new(KeyAlgorithm::EcP256)).map_err(told)?;
    let der = certificate_for(&key.spki_der)?;
    let written = store.write_certificate(Some(&key.reference), &der, LABEL);
    written.map_err(told)?;
    Ok((key, der))
}

/// Gives the only key another provider or container, as another program would have made it.
fn moved(computer: &WindowsComputer, key: &KeyEntry, to: &Link) -> Outcome {
    let from = Link::of(&key.reference).map_err(told)?;
    let file = computer.key_files()?.remove(0);
    let text = fs::read_to_string(&file)?;
    let text = text.replace(&from.provider, &to.provider);
    fs::write(&file, text.replace(&from.container, &to.container))?;
    Ok(())
}

/// Why the certificate has no key, as the token lists it.
fn key_gone(store: &mut dyn KeyStore, der: &[u8]) -> Outcome<Option<KeyGoneReason>> {
    let content = store.content().map_err(told)?;
    let mut all = content.certificates.iter();
    let entry = all
        .find(|c| c.der == der)
        .ok_or("the certificate is gone")?;
    Ok(entry.key_gone)
}
