//! The keys that Windows keeps, on the test double of `ncrypt.dll` and Wine's certificate stores: how a key is made, and what
//! happens when it is lost or something fails. Each call goes through a driver's process, as on a customer's computer.

use std::fs;
use std::thread;
use std::time::Duration;

use inkan_agent::driver::{self, RemoteStore, Source};
use inkan_agent::error::TokenError;
use inkan_agent::keystore::KeyStore;
use inkan_agent::keystore::capabilities::{Capability, NewKey};
use inkan_agent::keystore::content::{KeyEntry, KeyGoneReason, KeyProtection};
use inkan_agent::keystore::discovery::TokenProvider;
use inkan_agent::token::local::LocalTokens;
use inkan_agent::windows_store::link::Link;
use inkan_agent::windows_store::names;
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::messages::bank::KeyStoreDemand;
use inkan_pki::verify::verifies;
use inkan_tests::Outcome;
use inkan_tests::windows_computer::WindowsComputer;

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
fn open(tokens: &LocalTokens) -> Outcome<Box<dyn KeyStore>> {
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

#[test]
fn a_key_is_restricted_before_it_exists_and_read_back() -> Outcome {
    let computer = WindowsComputer::with_double()?;
    let mut store = opened(&computer)?;
    assert!(store.capabilities().meets(KeyStoreDemand::Tpm));
    assert!(!store.capabilities().meets(KeyStoreDemand::Card));
    let before = computer.calls()?.lines().count();
    let key = store.generate(&new(KeyAlgorithm::EcP256)).map_err(told)?;
    assert_eq!(
        (key.label.as_str(), key.protection),
        (LABEL, Some(KeyProtection::Tpm))
    );
    let calls = computer.calls()?;
    let calls: Vec<&str> = calls.lines().skip(before).collect();
    let at = |call: &str, about: &str| {
        let fits = |line: &&str| line.starts_with(call) && line.trim_end().ends_with(about);
        calls.iter().position(fits)
    };
    let order = [
        at("NCryptCreatePersistedKey Platform", ""),
        at("NCryptSetProperty Platform", "Export Policy"),
        at("NCryptSetProperty Platform", "Key Usage"),
        at("NCryptFinalizeKey Platform", ""),
        at("NCryptGetProperty Platform", "Export Policy"),
        at("NCryptExportKey Platform", "ECCPUBLICBLOB"),
    ];
    assert!(
        order.iter().all(Option::is_some) && order.is_sorted(),
        "{calls:#?}"
    );
    assert!(store.confined(&key.reference).map_err(told)?);
    // No TPM has this length.
    let long = store.generate(&new(KeyAlgorithm::Rsa4096)).map_err(told)?;
    assert_eq!(long.protection, Some(KeyProtection::Software));
    let in_tpm = NewKey {
        key_store: Some(KeyStoreDemand::Tpm),
        ..new(KeyAlgorithm::Rsa4096)
    };
    assert_eq!(store.generate(&in_tpm), Err(TokenError::NoAlgorithm));
    assert_eq!(computer.key_files()?.len(), 2);
    Ok(())
}

#[test]
fn a_key_that_can_be_exported_is_destroyed() -> Outcome {
    let computer = WindowsComputer::with_double()?;
    let mut store = opened(&computer)?;
    for fault in ["policy exportable", "policy none"] {
        computer.set_faults(fault)?;
        let made = store.generate(&new(KeyAlgorithm::EcP256));
        assert_eq!(made, Err(TokenError::Extractable), "{fault}");
        assert_eq!(computer.key_files()?.len(), 0, "{fault}");
    }
    Ok(())
}

#[test]
fn a_failure_on_the_way_leaves_no_key() -> Outcome {
    let computer = WindowsComputer::with_double()?;
    let mut store = opened(&computer)?;
    type Expected = fn(&TokenError) -> bool;
    let faults: [(&str, Expected); 5] = [
        ("NCryptFinalizeKey 0x80070070", |e| *e == TokenError::Full),
        ("NCryptFinalizeKey 0x800704c7", |e| {
            *e == TokenError::Cancelled
        }),
        ("NCryptFinalizeKey 0x80090010", |e| {
            *e == TokenError::WriteProtected
        }),
        ("NCryptExportKey 0x80090020", |e| {
            matches!(e, TokenError::Failed { .. })
        }),
        ("NCryptSetProperty 0x80090020", |e| {
            matches!(e, TokenError::Failed { .. })
        }),
    ];
    for (fault, expected) in faults {
        computer.set_faults(fault)?;
        let made = store.generate(&new(KeyAlgorithm::EcP256));
        assert!(made.as_ref().is_err_and(expected), "{fault}: {made:?}");
        assert_eq!(computer.key_files()?.len(), 0, "{fault}");
    }
    computer.set_faults("")?;
    store.generate(&new(KeyAlgorithm::EcP256)).map_err(told)?;
    Ok(())
}

#[test]
fn without_a_tpm_the_key_is_in_windows_own_store() -> Outcome {
    let computer = WindowsComputer::with_double()?;
    computer.set_faults("NCryptOpenStorageProvider@Platform 0x80090030")?;
    let mut store = opened(&computer)?;
    assert!(!store.capabilities().meets(KeyStoreDemand::Tpm));
    let key = store.generate(&new(KeyAlgorithm::EcP256)).map_err(told)?;
    assert_eq!(key.protection, Some(KeyProtection::Software));
    let in_tpm = NewKey {
        key_store: Some(KeyStoreDemand::Tpm),
        ..new(KeyAlgorithm::EcP256)
    };
    assert_eq!(store.generate(&in_tpm), Err(TokenError::NoAlgorithm));
    // A TPM that is there but locked is no reason to have no key, unless the bank demands it.
    computer.set_faults("NCryptFinalizeKey@Platform 0x80280921")?;
    let mut store = opened(&computer)?;
    let key = store.generate(&new(KeyAlgorithm::EcP256)).map_err(told)?;
    assert_eq!(key.protection, Some(KeyProtection::Software));
    assert!(matches!(
        store.generate(&in_tpm),
        Err(TokenError::Failed { .. })
    ));
    Ok(())
}

#[test]
fn windows_asks_before_each_use_if_the_bank_demands_it() -> Outcome {
    let computer = WindowsComputer::with_double()?;
    let mut store = opened(&computer)?;
    let asking = NewKey {
        windows_prompt: true,
        ..new(KeyAlgorithm::EcP256)
    };
    let key = store.generate(&asking).map_err(told)?;
    assert_eq!(
        key.protection,
        Some(KeyProtection::Software),
        "this TPM cannot ask"
    );
    sign(store.as_mut(), &key).map_err(told)?;
    assert!(computer.calls()?.contains(&format!("prompt: {LABEL}")));
    for code in ["0x80090036", "0x800704c7", "0x8010006e"] {
        computer.set_faults(&format!("NCryptSignHash {code}"))?;
        let signed = sign(store.as_mut(), &key);
        assert_eq!(signed, Err(TokenError::Cancelled), "{code}");
    }
    computer.set_faults("")?;
    let in_tpm = NewKey {
        key_store: Some(KeyStoreDemand::Tpm),
        ..asking
    };
    assert_eq!(store.generate(&in_tpm), Err(TokenError::NoPrompt));
    Ok(())
}

#[test]
fn pss_is_offered_by_a_tpm_that_reports_the_right_salt() -> Outcome {
    let computer = WindowsComputer::with_double()?;
    let has_pss = |store: &mut dyn KeyStore, key: &KeyEntry| -> Outcome<bool> {
        let schemes = store.schemes(&key.reference).map_err(told)?;
        let offered = store.offered_schemes(key.algorithm).map_err(told)?;
        assert_eq!(schemes, offered);
        for scheme in &schemes {
            let signature = store.sign(&key.reference, *scheme, MESSAGE).map_err(told)?;
            assert!(verifies(&key.spki_der, *scheme, MESSAGE, &signature));
        }
        Ok(schemes.iter().any(|scheme| scheme.is_pss()))
    };
    let mut store = opened(&computer)?;
    let key = store.generate(&new(KeyAlgorithm::Rsa2048)).map_err(told)?;
    assert!(!has_pss(store.as_mut(), &key)?);
    computer.set_faults("pss hash")?;
    let mut store = opened(&computer)?;
    assert!(has_pss(store.as_mut(), &key)?);
    Ok(())
}

#[test]
fn a_lost_key_is_reported_with_its_reason() -> Outcome {
    let computer = WindowsComputer::with_double()?;
    let mut store = opened(&computer)?;
    let (key, der) = with_certificate(store.as_mut())?;
    assert_eq!(key_gone(store.as_mut(), &der)?, None);
    let lost = |reason| Err(TokenError::KeyLost { reason });
    for (code, reason) in [
        ("0x8009000b", KeyGoneReason::PasswordReset),
        ("0x8028009f", KeyGoneReason::TpmCleared),
        ("0x8009001e", KeyGoneReason::ProviderMissing),
    ] {
        computer.set_faults(&format!("NCryptSignHash {code}"))?;
        assert_eq!(sign(store.as_mut(), &key), lost(reason));
        computer.set_faults(&format!("NCryptOpenKey {code}"))?;
        assert_eq!(key_gone(store.as_mut(), &der)?, Some(reason));
    }
    // Disabled by policy, and seen by an agent that starts afterwards.
    computer.set_faults("NCryptOpenStorageProvider@Platform 0x80090030")?;
    let mut later = opened(&computer)?;
    let gone = key_gone(later.as_mut(), &der)?;
    assert_eq!(gone, Some(KeyGoneReason::ProviderMissing));
    computer.set_faults("NCryptOpenKey 0x80090020")?;
    assert_eq!(
        key_gone(store.as_mut(), &der)?,
        Some(KeyGoneReason::Unknown)
    );
    computer.set_faults("")?;
    assert_eq!(
        key_gone(store.as_mut(), &der)?,
        None,
        "all of that can pass"
    );

    for file in computer.key_files()? {
        fs::remove_file(file)?;
    }
    assert_eq!(
        key_gone(store.as_mut(), &der)?,
        Some(KeyGoneReason::Deleted)
    );
    assert_eq!(sign(store.as_mut(), &key), lost(KeyGoneReason::Deleted));
    assert_eq!(store.delete_key(&key.reference), Err(TokenError::KeyGone));
    store.delete_certificate(&der).map_err(told)?;
    Ok(())
}

#[test]
fn a_certificate_that_came_without_its_key_names_the_other_computer() -> Outcome {
    let computer = WindowsComputer::with_double()?;
    let mut store = opened(&computer)?;
    let key = store.generate(&new(KeyAlgorithm::EcP256)).map_err(told)?;
    // As if another computer had made it.
    let link = Link::of(&key.reference).map_err(told)?;
    let parts = names::parse(&link.container).ok_or("not a name of ours")?;
    let name = link.container.replacen(&parts.computer, "00000000", 1);
    let file = computer.key_files()?.remove(0);
    fs::write(
        &file,
        fs::read_to_string(&file)?.replace(&link.container, &name),
    )?;
    let there = Link::new(&link.provider, &name).reference();
    let der = certificate_for(&key.spki_der)?;
    let written = store.write_certificate(Some(&there), &der, LABEL);
    written.map_err(told)?;
    assert_eq!(key_gone(store.as_mut(), &der)?, None);
    // What a roaming profile brings here: the certificate, and no key.
    fs::remove_file(&file)?;
    let reason = KeyGoneReason::OtherComputer;
    assert_eq!(key_gone(store.as_mut(), &der)?, Some(reason));
    let written = store.write_certificate(Some(&there), &der, LABEL);
    assert_eq!(written, Err(TokenError::KeyLost { reason }));
    Ok(())
}

#[test]
fn a_link_to_another_key_is_repaired() -> Outcome {
    let computer = WindowsComputer::with_double()?;
    let mut store = opened(&computer)?;
    let (key, der) = with_certificate(store.as_mut())?;
    let other = store.generate(&new(KeyAlgorithm::EcP256)).map_err(told)?;
    let misled = store.write_certificate(Some(&other.reference), &der, LABEL);
    misled.map_err(told)?;
    assert_eq!(
        key_gone(store.as_mut(), &der)?,
        None,
        "its key is found all the same"
    );
    assert_eq!(store.repair_link(&key.reference, &der), Ok(true));
    assert_eq!(store.repair_link(&key.reference, &der), Ok(false));
    let mut again = opened(&computer)?;
    assert_eq!(
        again.repair_link(&key.reference, &der),
        Ok(false),
        "and it is stored"
    );
    store.delete_certificate(&der).map_err(told)?;
    let gone = store.repair_link(&key.reference, &der);
    assert_eq!(gone, Err(TokenError::CertificateGone));
    Ok(())
}

#[test]
fn a_certificate_among_those_of_authorities_is_written_again() -> Outcome {
    let computer = WindowsComputer::with_double()?;
    let mut store = opened(&computer)?;
    let key = store.generate(&new(KeyAlgorithm::EcP256)).map_err(told)?;
    let der = certificate_for(&key.spki_der)?;
    store.write_certificate(None, &der, LABEL).map_err(told)?;
    assert_eq!(store.repair_link(&key.reference, &der), Ok(false));
    let written = store.write_certificate(Some(&key.reference), &der, LABEL);
    written.map_err(told)?;
    // Only a certificate with a link has a reason.
    for file in computer.key_files()? {
        fs::remove_file(file)?;
    }
    let deleted = KeyGoneReason::Deleted;
    assert_eq!(key_gone(store.as_mut(), &der)?, Some(deleted));
    Ok(())
}

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
fn a_key_that_cannot_be_deleted_again_is_reported() -> Outcome {
    let computer = WindowsComputer::with_double()?;
    let mut store = opened(&computer)?;
    computer.set_faults("NCryptExportKey 0x80090020\nNCryptDeleteKey 0x80090010")?;
    let made = store.generate(&new(KeyAlgorithm::EcP256));
    assert!(
        matches!(&made, Err(TokenError::Failed { operation, .. }) if operation == "NCryptDeleteKey"),
        "{made:?}"
    );
    assert_eq!(
        computer.key_files()?.len(),
        1,
        "and no other provider is tried"
    );
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
fn two_agents_at_once_make_two_keys() -> Outcome {
    let computer = WindowsComputer::with_double()?;
    let tokens = computer.tokens()?;
    let mut stores = [open(&tokens)?, open(&tokens)?];
    thread::scope(|scope| -> Outcome {
        let making: Vec<_> = stores
            .iter_mut()
            .map(|store| scope.spawn(|| store.generate(&new(KeyAlgorithm::EcP256))))
            .collect();
        for made in making {
            made.join().map_err(|_| "a thread failed")?.map_err(told)?;
        }
        Ok(())
    })?;
    assert_eq!(opened(&computer)?.content().map_err(told)?.keys.len(), 2);
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
