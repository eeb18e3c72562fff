//! How a key is made, and with what it signs.

use std::thread;

use inkan_agent::error::TokenError;
use inkan_agent::keystore::KeyStore;
use inkan_agent::keystore::capabilities::NewKey;
use inkan_agent::keystore::content::{KeyEntry, KeyProtection};
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::messages::bank::KeyStoreDemand;
use inkan_pki::verify::verifies;
use inkan_tests::Outcome;
use inkan_tests::windows_computer::WindowsComputer;

use super::{LABEL, MESSAGE, new, open, opened, sign, told};

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
fn a_key_whose_prompt_was_not_stored_is_destroyed() -> Outcome {
    let computer = WindowsComputer::with_double()?;
    let mut store = opened(&computer)?;
    let asking = NewKey {
        windows_prompt: true,
        ..new(KeyAlgorithm::EcP256)
    };
    computer.set_faults("prompt ignored")?;
    assert_eq!(store.generate(&asking), Err(TokenError::NoPrompt));
    assert_eq!(computer.key_files()?.len(), 0);
    computer.set_faults("")?;
    store.generate(&asking).map_err(told)?;
    assert!(computer.calls()?.contains("UI Policy"));
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
