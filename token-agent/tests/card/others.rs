//! Other programs read what our code wrote, and ours reads theirs.

use std::path::{Path, PathBuf};

use inkan_agent::config::modules::ModuleEntry;
use inkan_agent::driver::HostProgram;
use inkan_agent::keystore::capabilities::NewKey;
use inkan_agent::keystore::discovery::TokenProvider as _;
use inkan_agent::piv::container::ObjectContent;
use inkan_agent::piv::{PivCard, Slot};
use inkan_agent::token::local::LocalTokens;
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::secret::Pin;
use inkan_virtual_card::{MANAGEMENT_KEY, Model, PIN};

use crate::harness::{
    BOTH, InsertedCard, certificate, key_in, key_with_certificate, made_by_others, pem, pin, signs,
    slot_of, verifies, well, written_by_others,
};

const OPENSC: [&str; 2] = [
    "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so",
    "/usr/lib/x86_64-linux-gnu/pkcs11/opensc-pkcs11.so",
];
const YKCS11: [&str; 2] = [
    "/usr/lib/x86_64-linux-gnu/libykcs11.so",
    "/usr/lib/x86_64-linux-gnu/libykcs11.so.2",
];

fn module(paths: [&'static str; 2]) -> &'static str {
    let there = paths.into_iter().find(|p| Path::new(p).is_file());
    there.expect("the module is installed (scripts/install-packages test)")
}

/// Two keys of ours with certificates, in the first slot and in a retired one, and a third key without one.
fn issued(card: &mut PivCard) -> [Vec<u8>; 2] {
    let (first, _, one) = key_with_certificate(card, "first customer");
    let (second, _, other) = key_with_certificate(card, "second customer");
    assert_eq!(
        (first.to_string(), second.to_string()),
        ("9A".into(), "82".into())
    );
    card.generate(KeyAlgorithm::EcP256, "no certificate yet", None, 0)
        .unwrap();
    [one, other]
}

#[test]
fn opensc_reads_what_we_wrote() {
    let mut inserted = InsertedCard::new(Model::Plain);
    for model in BOTH {
        inserted.another(model);
        let [one, other] = issued(&mut inserted.logged_in());
        let name = well("opensc-tool", &["--name"]);
        assert!(name.contains("Personal Identity Verification"), "{name}");
        let list = well("pkcs15-tool", &["--list-certificates"]);
        for expected in [
            "Certificate for PIV Authentication",
            "Retired Certificate for Key Management 1",
        ] {
            assert!(list.contains(expected), "{model:?}: {list}");
        }
        assert_eq!(
            pem(&well("pkcs15-tool", &["--read-certificate", "01"])),
            one
        );
        assert_eq!(
            pem(&well("pkcs15-tool", &["--read-certificate", "05"])),
            other
        );
    }
}

#[test]
fn yubico_piv_tool_reads_and_uses_what_we_wrote() {
    let mut inserted = InsertedCard::new(Model::Plain);
    for model in BOTH {
        inserted.another(model);
        let [one, other] = issued(&mut inserted.logged_in());
        let tool = |arguments: &[&str]| {
            let all = [&["-r", "Yubico"], arguments].concat();
            well("yubico-piv-tool", &all)
        };
        let status = tool(&["-a", "status"]);
        for expected in ["Slot 9a:", "Slot 82:", "first customer", "second customer"] {
            assert!(status.contains(expected), "{model:?} {expected}: {status}");
        }
        assert_eq!(pem(&tool(&["-a", "read-certificate", "-s", "9a"])), one);
        assert_eq!(pem(&tool(&["-a", "read-certificate", "-s", "82"])), other);
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("cert.pem");
        let file = file.to_string_lossy();
        tool(&["-a", "read-certificate", "-s", "9a", "-o", &file]);
        let proof = tool(&[
            "-a",
            "verify-pin",
            "-P",
            PIN,
            "-a",
            "test-signature",
            "-s",
            "9a",
            "-i",
            &file,
        ]);
        assert!(proof.contains("Successful ECDSA verification"), "{proof}");
    }
}

#[test]
fn pkcs11_modules_find_key_and_certificate_and_sign() {
    let inserted = InsertedCard::new(Model::Plain);
    let mut card = inserted.logged_in();
    let (_, key, der) = key_with_certificate(&mut card, "first customer");
    drop(card);
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).to_string_lossy().into_owned();
    let (message, signature, read) = (path("message"), path("signature"), path("cert.der"));
    std::fs::write(&message, [7; 32]).unwrap();
    for paths in [OPENSC, YKCS11] {
        let tool = |arguments: &[&str]| {
            let all = [
                &["--module", module(paths), "--login", "--pin", PIN],
                arguments,
            ]
            .concat();
            well("pkcs11-tool", &all)
        };
        let objects = tool(&["--list-objects"]);
        for expected in [
            "Certificate Object",
            "Private Key Object",
            "Public Key Object",
        ] {
            assert!(objects.contains(expected), "{paths:?}: {objects}");
        }
        tool(&[
            "--read-object",
            "--type",
            "cert",
            "--id",
            "01",
            "--output-file",
            &read,
        ]);
        assert_eq!(std::fs::read(&read).unwrap(), der, "{paths:?}");
        tool(&[
            "--sign",
            "--mechanism",
            "ECDSA",
            "--id",
            "01",
            "--signature-format",
            "openssl",
            "--input-file",
            &message,
            "--output-file",
            &signature,
        ]);
        assert!(
            signature_of_hash(&key.spki_der, &[7; 32], &std::fs::read(&signature).unwrap()),
            "{paths:?}"
        );
    }
}

/// Verified by openssl, over a hash as it is.
fn signature_of_hash(spki_der: &[u8], hash: &[u8], signature: &[u8]) -> bool {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str, content: &[u8]| {
        let path = directory.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_string_lossy().into_owned()
    };
    let text = well(
        "openssl",
        &[
            "pkeyutl",
            "-verify",
            "-pubin",
            "-keyform",
            "DER",
            "-inkey",
            &path("key", spki_der),
            "-in",
            &path("hash", hash),
            "-sigfile",
            &path("signature", signature),
        ],
    );
    text.contains("Verified Successfully")
}

#[test]
fn we_read_what_others_wrote() {
    let mut inserted = InsertedCard::new(Model::Plain);
    for model in BOTH {
        inserted.another(model);
        // The other program supports no other cipher.
        inserted.card.set_management_key(0x03, &MANAGEMENT_KEY);
        let slots = [
            ("9a", "ECCP256", KeyAlgorithm::EcP256),
            ("9c", "ECCP384", KeyAlgorithm::EcP384),
            ("95", "ECCP256", KeyAlgorithm::EcP256),
        ];
        for (place, name, algorithm) in slots {
            let spki_der = made_by_others(place, name);
            let theirs = certificate(&spki_der, "theirs", 4);
            written_by_others(place, &theirs);
            let slot = Slot::numbered(u8::from_str_radix(place, 16).unwrap()).unwrap();
            let mut card = inserted.logged_in();
            let content = card.content().unwrap();
            assert_eq!(
                slot_of(&content, slot).object,
                ObjectContent::Certificate(theirs)
            );
            let key = key_in(&content, slot).expect("their key");
            assert_eq!((key.algorithm, &key.spki_der), (algorithm, &spki_der));
            signs(&mut card, slot, &key);
            // A renewed certificate for their key replaces theirs.
            let newer = certificate(&key.spki_der, "newer", 5);
            card.write_certificate(slot, &newer).unwrap();
        }
    }
}

#[test]
fn through_ykcs11_a_new_key_replaces_another_in_one_step() {
    let _inserted = InsertedCard::new(Model::Plain);
    let host = HostProgram(PathBuf::from(env!("CARGO_BIN_EXE_inkan-agent")));
    let provider = LocalTokens::new(
        Some(host),
        vec![ModuleEntry::at(Path::new(module(YKCS11)))],
        false,
    );
    let found = provider.find_tokens().usable().unwrap()[0].clone();
    let mut store = provider.open(&found).unwrap();
    store.login(&pin()).unwrap();
    let management = hex::encode(MANAGEMENT_KEY);
    store.authenticate_admin(&Pin::new(management)).unwrap();
    let new = |algorithm, replaces| NewKey {
        algorithm,
        label: "a label".to_owned(),
        replaces,
        certificate_size: 0,
        key_store: None,
        windows_prompt: false,
    };
    let message = b"what is signed";
    let old = store.generate(&new(KeyAlgorithm::EcP256, None)).unwrap();
    let instead = Some(old.reference.clone());
    let refused = store.generate(&new(KeyAlgorithm::Rsa4096, instead.clone()));
    assert!(refused.is_err(), "{refused:?}");
    let scheme = KeyAlgorithm::EcP256.default_scheme();
    let signed = store.sign(&old.reference, scheme, message).unwrap();
    assert!(verifies(&old.spki_der, scheme, message, &signed));
    let made = store.generate(&new(KeyAlgorithm::EcP256, instead)).unwrap();
    let keys = store.content().unwrap().keys;
    assert_eq!(keys.len(), 1, "{keys:?}");
    assert_eq!(keys[0].spki_der, made.spki_der);
    assert_ne!(made.spki_der, old.spki_der);
}
