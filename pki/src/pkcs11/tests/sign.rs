//! Signatures of every scheme, checked by aws-lc.

use super::{Fixture, log_in, new_pair, verifies};
use crate::algorithm::{KeyAlgorithm, SignatureScheme};
use crate::pkcs11::keys::find_private_key;
use crate::pkcs11::sign::{schemes, sign};
use crate::pkcs11::{Access, ErrorClass, ErrorKind};

fn signs(algorithm: KeyAlgorithm) {
    let fixture = Fixture::new();
    let session = fixture.session();
    let made = new_pair(&session, algorithm, "signer");
    let key = find_private_key(&session, &made.spki_der).unwrap();
    assert_eq!(schemes(&session, algorithm).unwrap(), algorithm.schemes());
    for scheme in algorithm.schemes() {
        for message in [&b""[..], b"message", &[0xa5; 5000]] {
            let signature = sign(&session, &key, *scheme, message).unwrap();
            assert!(
                verifies(&made.spki_der, *scheme, message, &signature),
                "{scheme:?}"
            );
            assert!(!verifies(&made.spki_der, *scheme, b"other", &signature));
        }
    }
}

#[test]
fn ec_p256_signs() {
    signs(KeyAlgorithm::EcP256);
}

#[test]
fn ec_p384_signs() {
    signs(KeyAlgorithm::EcP384);
}

#[test]
fn rsa_2048_signs_in_every_scheme() {
    signs(KeyAlgorithm::Rsa2048);
}

#[test]
fn rsa_3072_signs_in_every_scheme() {
    signs(KeyAlgorithm::Rsa3072);
}

#[test]
fn many_ecdsa_signatures_are_all_well_formed() {
    // About one in 128 has an integer with a leading zero byte, and half of them have a high bit set.
    let fixture = Fixture::new();
    let session = fixture.session();
    let made = new_pair(&session, KeyAlgorithm::EcP256, "signer");
    let key = find_private_key(&session, &made.spki_der).unwrap();
    let scheme = SignatureScheme::EcdsaP256Sha256;
    for number in 0..1000_u32 {
        let message = number.to_be_bytes();
        let signature = sign(&session, &key, scheme, &message).unwrap();
        assert!(verifies(&made.spki_der, scheme, &message, &signature));
    }
}

#[test]
fn a_key_refuses_the_schemes_of_others() {
    let fixture = Fixture::new();
    let session = fixture.session();
    let made = new_pair(&session, KeyAlgorithm::EcP256, "signer");
    let key = find_private_key(&session, &made.spki_der).unwrap();
    for scheme in [
        SignatureScheme::EcdsaP384Sha384,
        SignatureScheme::RsaPssSha256,
    ] {
        let error = sign(&session, &key, scheme, b"message").unwrap_err();
        assert_eq!(error.class, ErrorClass::Refused);
    }
}

#[test]
fn being_logged_out_by_somebody_else_is_recovered_by_a_login() {
    let fixture = Fixture::new();
    let session = fixture.session();
    let made = new_pair(&session, KeyAlgorithm::EcP256, "signer");
    let key = find_private_key(&session, &made.spki_der).unwrap();
    let scheme = SignatureScheme::EcdsaP256Sha256;
    fixture.public(Access::ReadOnly).logout().unwrap();
    let error = sign(&session, &key, scheme, b"message").unwrap_err();
    assert!(error.retry_ok(), "{error}");
    log_in(&session, &fixture.pin()).unwrap();
    let key = find_private_key(&session, &made.spki_der).unwrap();
    sign(&session, &key, scheme, b"message").unwrap();
}

#[test]
fn a_handle_from_before_is_not_taken_for_another_key() {
    let fixture = Fixture::new();
    let session = fixture.session();
    let made = new_pair(&session, KeyAlgorithm::EcP256, "signer");
    let old = find_private_key(&session, &made.spki_der).unwrap();
    fixture.module.reinitialise().unwrap();
    let session = fixture.session();
    let scheme = SignatureScheme::EcdsaP256Sha256;
    let error = sign(&session, &old, scheme, b"message").unwrap_err();
    assert!(matches!(*error.kind, ErrorKind::StaleKey));
    assert_eq!(error.class, ErrorClass::SessionLost);
    let key = find_private_key(&session, &made.spki_der).unwrap();
    // A key found in one session serves all sessions with the token.
    sign(&fixture.session(), &key, scheme, b"message").unwrap();
}
