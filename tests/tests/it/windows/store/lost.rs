//! A key that is lost, and a link that is broken.

use std::fs;

use inkan_agent::error::TokenError;
use inkan_agent::keystore::content::KeyGoneReason;
use inkan_agent::windows_store::link::Link;
use inkan_agent::windows_store::names;
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_tests::Outcome;
use inkan_tests::windows_computer::WindowsComputer;

use super::{LABEL, key_gone, new, opened, sign, told, with_certificate};
use crate::conformance::certificate_for;

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
