#![allow(clippy::unwrap_used)]

use aws_lc_rs::agreement::{self, ECDH_P256, PrivateKey, UnparsedPublicKey};
use aws_lc_rs::encoding::{AsBigEndian as _, EcPrivateKeyBin};

use super::*;

/// "Ode on a Grecian Urn", as in all vectors.
const INFO: &str = "4f6465206f6e2061204772656369616e2055726e";

fn bytes(text: &str) -> Vec<u8> {
    hex::decode(text).unwrap()
}

fn agree(private: &PrivateKey, peer: &[u8]) -> AgreedSecret {
    let peer = UnparsedPublicKey::new(&ECDH_P256, peer);
    agreement::agree(private, peer, (), |secret| {
        Ok(AgreedSecret::new(secret).unwrap())
    })
    .unwrap()
}

fn private(text: &str) -> PrivateKey {
    PrivateKey::from_private_key(&ECDH_P256, &bytes(text)).unwrap()
}

/// RFC 9180, A.3.1. Its AEAD is another one, so the key schedule differs; the KEM is the same.
#[test]
fn the_kem_is_that_of_the_rfc() {
    let recipient = "04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a826a779b4cf969b8a0e539c7f62fb3d30ad6aa8f80e30f1d128aafd68a2ce72ea0";
    let enc = "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac98536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4";
    let own = private("f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2");
    let agreed = agree(&own, &bytes(enc));
    let shared = shared_secret(&agreed, &bytes(enc), &bytes(recipient));
    assert_eq!(
        hex::encode(*shared),
        "c0d26aeab536609a572b07695d933b589dcf363ff9d93c93adea537aeabb8cb8"
    );
}

/// The vector of the RFC's own list (`test-vectors.json`) with mode 0, KEM 16, KDF 1 and AEAD 2.
#[test]
fn the_key_schedule_is_that_of_the_rfc() {
    let recipient = "04abc7e49a4c6b3566d77d0304addc6ed0e98512ffccf505e6a8e3eb25c685136f853148544876de76c0f2ef99cdc3a05ccf5ded7860c7c021238f9e2073d2356c";
    let enc = "04c06b4f6bebc7bb495cb797ab753f911aff80aefb86fd8b6fcc35525f3ab5f03e0b21bd31a86c6048af3cb2d98e0d3bf01da5cc4c39ff5370d331a4f1f7d5a4e0";
    let (recipient, enc) = (bytes(recipient), bytes(enc));
    let own = private("317f915db7bc629c48fe765587897e01e282d3e8445f79f27f65d031a88082b2");
    let agreed = agree(&own, &enc);
    let shared = shared_secret(&agreed, &enc, &recipient);
    let (key, nonce) = schedule(&shared, &bytes(INFO));
    let found = [hex::encode(*shared), hex::encode(*key), hex::encode(nonce)];
    assert_eq!(
        found,
        [
            "48893fecd82f7c3456af6a42d8f56325d21e08c10fa81299986aaff54cde7b49",
            "ee16802a936d5f544771131900ee6973d0551de9e852ece2ef34bf0d5f9e1d1d",
            "9bc50980832a7b4b58c40161",
        ]
    );
}

fn fresh() -> (PrivateKey, ShareKeyPoint) {
    let own = PrivateKey::generate(&ECDH_P256).unwrap();
    // Whoever makes the key knows its point.
    let point = own.compute_public_key().unwrap();
    (own, ShareKeyPoint::new(point.as_ref()).unwrap())
}

#[test]
fn what_the_library_seals_is_opened_and_nothing_else() {
    let (own, recipient) = fresh();
    let sealed = seal(&recipient, b"bound to this", b"thirty words").unwrap();
    let agreed = agree(&own, &sealed.enc);
    let opened = open(&agreed, &recipient, b"bound to this", &sealed).unwrap();
    assert_eq!(*opened, b"thirty words");
    assert!(!format!("{agreed:?}").contains(char::is_numeric));

    assert!(open(&agreed, &recipient, b"bound to that", &sealed).is_none());
    let (_, other) = fresh();
    assert!(open(&agreed, &other, b"bound to this", &sealed).is_none());
    for at in 0..sealed.ciphertext.len() {
        let mut changed = sealed.clone();
        changed.ciphertext[at] ^= 1;
        assert!(open(&agreed, &recipient, b"bound to this", &changed).is_none());
    }
    let mut empty = sealed.clone();
    empty.ciphertext.clear();
    assert!(open(&agreed, &recipient, b"bound to this", &empty).is_none());
    // Another encapsulated key with the same secret.
    let mut changed = sealed;
    changed.enc[64] ^= 1;
    assert!(open(&agreed, &recipient, b"bound to this", &changed).is_none());
}

#[test]
fn the_private_key_alone_opens_it_with_the_library_too() {
    let (own, recipient) = fresh();
    let sealed = seal(&recipient, b"info", b"message").unwrap();
    let secret: EcPrivateKeyBin<'_> = own.as_be_bytes().unwrap();
    let opened = DH_KEM_P256_HKDF_SHA256_AES_256
        .open(
            &rustls::crypto::hpke::EncapsulatedSecret(sealed.enc),
            b"info",
            &[],
            &sealed.ciphertext,
            &rustls::crypto::hpke::HpkePrivateKey::from(secret.as_ref().to_vec()),
        )
        .unwrap();
    assert_eq!(opened, b"message");
}
