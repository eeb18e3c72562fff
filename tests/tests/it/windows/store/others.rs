//! What is not the agent's: keys, certificates and providers of others, and providers that fail.

use std::time::Duration;

use inkan_agent::driver::{self, RemoteStore, Source};
use inkan_agent::error::TokenError;
use inkan_agent::keystore::KeyStore as _;
use inkan_agent::keystore::capabilities::Capability;
use inkan_agent::keystore::content::KeyProtection;
use inkan_agent::windows_store::link::Link;
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::messages::bank::KeyStoreDemand;
use inkan_pki::verify::verifies;
use inkan_tests::Outcome;
use inkan_tests::windows_computer::WindowsComputer;

use super::{LABEL, MESSAGE, key_gone, moved, new, open, opened, sign, told, with_certificate};
use crate::conformance::certificate_for;

#[test]
fn keys_of_other_programs_are_not_deleted() -> Outcome {
    let computer = WindowsComputer::with_double()?;
    let mut store = opened(&computer)?;
    let key = store.generate(&new(KeyAlgorithm::EcP256)).map_err(told)?;
    let refused = Err(Capability::DeleteKeys.missing());
    // As a link to a key of the computer has it.
    let mut flagged = Link::of(&key.reference).map_err(told)?;
    flagged.flags = 0x20;
    assert_eq!(store.delete_key(&flagged.reference()), refused);
    let foreign = Link::new(&flagged.provider, "another program");
    moved(&computer, &key, &foreign)?;
    let der = certificate_for(&key.spki_der)?;
    let written = store.write_certificate(Some(&foreign.reference()), &der, LABEL);
    written.map_err(told)?;
    let content = store.content().map_err(told)?;
    let listed = content.key(&key.spki_der).ok_or("the key is not listed")?;
    assert_eq!(store.delete_key(&listed.reference), refused);
    assert_eq!(computer.key_files()?.len(), 1);
    Ok(())
}

#[test]
fn providers_of_other_vendors_are_not_loaded_for_a_list() -> Outcome {
    let computer = WindowsComputer::with_double()?;
    let mut store = opened(&computer)?;
    let key = store.generate(&new(KeyAlgorithm::EcP256)).map_err(told)?;
    let link = Link::of(&key.reference).map_err(told)?;
    let there = Link::new("Other Vendor Key Storage Provider", &link.container);
    moved(&computer, &key, &there)?;
    let der = certificate_for(&key.spki_der)?;
    let written = store.write_certificate(Some(&there.reference()), &der, LABEL);
    written.map_err(told)?;
    let before = computer.calls()?.lines().count();
    let content = opened(&computer)?.content().map_err(told)?;
    assert!(content.holds(&der));
    assert_eq!(content.keys, []);
    assert_eq!(key_gone(store.as_mut(), &der)?, None);
    let calls = computer.calls()?;
    let of_vendor = |line: &&str| line.contains(" Vendor ");
    assert_eq!(calls.lines().skip(before).find(of_vendor), None);
    Ok(())
}

#[test]
fn certificates_of_others_are_left_alone() -> Outcome {
    let computer = WindowsComputer::with_double()?;
    let mut store = opened(&computer)?;
    let (_, one) = with_certificate(store.as_mut())?;
    let (key, two) = with_certificate(store.as_mut())?;
    store.delete_key(&key.reference).map_err(told)?;
    store.delete_certificate(&two).map_err(told)?;
    let content = opened(&computer)?.content().map_err(told)?;
    assert!(content.holds(&one) && !content.holds(&two));
    assert_eq!(content.keys.len(), 1);
    Ok(())
}

#[test]
fn a_provider_that_hangs_or_crashes_ends_only_its_process() -> Outcome {
    let computer = WindowsComputer::with_double()?;
    let mut store = opened(&computer)?;
    let key = store.generate(&new(KeyAlgorithm::EcP256)).map_err(told)?;
    let hurried = computer.tokens_within(Duration::from_secs(15))?;
    let mut waiting = open(&hurried)?;
    computer.set_faults("NCryptSignHash hang")?;
    assert_eq!(sign(waiting.as_mut(), &key), Err(TokenError::TimedOut));
    computer.set_faults("NCryptSignHash crash")?;
    let crashed = sign(store.as_mut(), &key);
    assert!(
        matches!(crashed, Err(TokenError::DriverCrashed { .. })),
        "{crashed:?}"
    );
    computer.set_faults("")?;
    let signature = sign(opened(&computer)?.as_mut(), &key).map_err(told)?;
    assert!(verifies(
        &key.spki_der,
        key.algorithm.default_scheme(),
        MESSAGE,
        &signature
    ));
    Ok(())
}

#[test]
fn a_key_store_that_keeps_nothing_is_refused() -> Outcome {
    let computer = WindowsComputer::bare()?;
    let mut store = opened(&computer)?;
    for algorithm in [KeyAlgorithm::EcP256, KeyAlgorithm::Rsa2048] {
        let made = store.generate(&new(algorithm));
        assert!(
            matches!(made, Err(TokenError::NoAlgorithm | TokenError::Extractable)),
            "{algorithm}: {made:?}"
        );
    }
    assert_eq!(store.content().map_err(told)?.keys, []);
    Ok(())
}

#[test]
fn a_card_that_only_windows_supports_is_a_token_of_its_own() -> Outcome {
    let computer = WindowsComputer::with_double()?;
    let mut store = opened(&computer)?;
    let (_, of_computer) = with_certificate(store.as_mut())?;
    let launch = computer.launch()?;
    let source = Source::WindowsCard {
        reader: "Reader 0".to_owned(),
    };
    let tokens = driver::tokens(&launch, &source).map_err(told)?;
    let [found] = tokens.as_slice() else {
        return Err(format!("{tokens:?}").into());
    };
    assert_eq!(found.view.reader.as_deref(), Some("Reader 0"));
    let mut card = RemoteStore::open(&launch, &source, found).map_err(told)?;
    assert!(card.capabilities().meets(KeyStoreDemand::Card));
    let (key, der) = with_certificate(&mut card)?;
    assert_eq!(key.protection, Some(KeyProtection::Card));
    assert!(
        computer
            .calls()?
            .contains("NCryptCreatePersistedKey Smart  \\\\.\\Reader 0\\inkan-")
    );
    let signature = sign(&mut card, &key).map_err(told)?;
    assert!(verifies(
        &key.spki_der,
        key.algorithm.default_scheme(),
        MESSAGE,
        &signature
    ));
    let there = card.content().map_err(told)?;
    assert!(there.holds(&der) && !there.holds(&of_computer));
    let here = store.content().map_err(told)?;
    assert!(here.holds(&of_computer) && !here.holds(&der));
    // A card without a minidriver.
    computer.set_faults("NCryptEnumKeys@Smart 0x80100065")?;
    assert!(driver::tokens(&launch, &source).is_err());
    Ok(())
}
