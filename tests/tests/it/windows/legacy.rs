//! A key of a legacy provider (CryptoAPI), which Wine really keeps: another program made it, and each process finds it.

use inkan_agent::error::TokenError;
use inkan_agent::keystore::KeyStore;
use inkan_agent::keystore::discovery::TokenProvider;
use inkan_agent::windows_store::blob;
use inkan_agent::windows_store::link::Link;
use inkan_pki::algorithm::SignatureScheme;
use inkan_pki::verify::verifies;
use inkan_tests::windows_computer::WindowsComputer;
use inkan_tests::{Outcome, programs};

use crate::conformance::certificate_for;

const MESSAGE: &[u8] = b"message";
const CONTAINER: &str = "{8F1C7A52-0B7E-4C9D-9B1E-2D1C5A7F9E01} Old Program";
/// `PROV_RSA_AES`, `AT_SIGNATURE`.
const TYPE: u32 = 24;
const SPEC: u32 = 2;

fn opened(computer: &WindowsComputer) -> Outcome<Box<dyn KeyStore>> {
    let tokens = computer.tokens()?;
    let discovery = tokens.find_tokens();
    let token = discovery.tokens.first().ok_or("no token")?;
    Ok(tokens.open(token).map_err(|e| format!("{e:?}"))?)
}

#[test]
fn a_key_of_a_legacy_provider_signs_and_is_never_deleted() -> Outcome {
    let computer = WindowsComputer::bare()?;
    let tool = computer.prefix().programs().join("legacy-key.exe");
    let made = programs::run(computer.prefix().command(tool).arg(CONTAINER))?.expect_well()?;
    let public = blob::legacy_public_key(&hex::decode(made.trim())?).ok_or("no public key")?;
    let spki = public.to_spki()?;
    let link = Link {
        provider: "Microsoft Enhanced RSA and AES Cryptographic Provider".to_owned(),
        container: CONTAINER.to_owned(),
        provider_type: TYPE,
        key_spec: SPEC,
        // `CRYPT_DELETEKEYSET`: from a link it must have no effect.
        flags: 0x10,
    };
    let der = certificate_for(&spki)?;
    let told = |e: TokenError| format!("{e:?}");
    let written = opened(&computer)?.write_certificate(Some(&link.reference()), &der, "");
    written.map_err(told)?;

    // Another process, which knows only what Windows stores.
    let mut store = opened(&computer)?;
    let content = store.content().map_err(told)?;
    let key = content.key(&spki).ok_or("the key is not listed")?.clone();
    assert!(content.holds(&der) && key.label.is_empty());
    let schemes = store.schemes(&key.reference).map_err(told)?;
    assert_eq!(
        schemes,
        [
            SignatureScheme::RsaPkcs1Sha256,
            SignatureScheme::RsaPkcs1Sha384,
            SignatureScheme::RsaPkcs1Sha512
        ]
    );
    for scheme in schemes {
        let signature = store.sign(&key.reference, scheme, MESSAGE).map_err(told)?;
        assert!(verifies(&spki, scheme, MESSAGE, &signature), "{scheme:?}");
    }
    let pss = store.sign(&key.reference, SignatureScheme::RsaPssSha256, MESSAGE);
    assert_eq!(pss, Err(TokenError::CannotSign));
    assert_eq!(store.confined(&key.reference), Ok(false));
    let deleted = store.delete_key(&key.reference);
    assert!(
        matches!(deleted, Err(TokenError::Unsupported { .. })),
        "{deleted:?}"
    );
    store.delete_certificate(&der).map_err(told)?;
    Ok(())
}
