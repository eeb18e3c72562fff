//! Generating key pairs, and refusing generated ones.

use super::{Fixture, new_pair};
use crate::algorithm::KeyAlgorithm;
use crate::pkcs11::ErrorClass;
use crate::pkcs11::attributes::key_attributes;
use crate::pkcs11::generate::{NewKey, destroy_key_pair, generate_key_pair};
use crate::pkcs11::keys::{find_private_key, find_private_key_by_label, list_key_pairs};
use crate::spki::algorithm_of;

fn makes(algorithm: KeyAlgorithm) {
    let fixture = Fixture::new();
    let session = fixture.session();
    let made = new_pair(&session, algorithm, "a key");
    assert_eq!(algorithm_of(&made.spki_der), Ok(algorithm));
    assert!(made.attributes.confined());
    assert_eq!(made.attributes.local, Some(true));
    assert_eq!(made.attributes.always_sensitive, Some(true));
    assert_eq!(made.attributes.never_extractable, Some(true));
    assert_eq!(made.attributes.private, Some(true));
    assert_eq!(made.attributes.sign, Some(true));

    let key = find_private_key(&session, &made.spki_der).unwrap();
    assert_eq!((key.algorithm, key.label.as_str()), (algorithm, "a key"));
    assert_eq!(key.id, made.id);
    assert_eq!(key_attributes(&session, &key).unwrap(), made.attributes);
    let listed = list_key_pairs(&session).unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (&listed[0].spki_der, &listed[0].id),
        (&made.spki_der, &made.id)
    );

    destroy_key_pair(&session, &made.id).unwrap();
    assert!(list_key_pairs(&session).unwrap().is_empty());
    let error = destroy_key_pair(&session, &made.id).unwrap_err();
    assert_eq!(error.class, ErrorClass::NotFound);
}

#[test]
fn ec_p256_keys_are_made_and_read_back() {
    makes(KeyAlgorithm::EcP256);
}

#[test]
fn ec_p384_keys_are_made_and_read_back() {
    makes(KeyAlgorithm::EcP384);
}

#[test]
fn rsa_2048_keys_are_made_and_read_back() {
    makes(KeyAlgorithm::Rsa2048);
}

#[test]
fn rsa_3072_keys_are_made_and_read_back() {
    makes(KeyAlgorithm::Rsa3072);
}

#[test]
fn rsa_4096_keys_are_made_and_read_back() {
    makes(KeyAlgorithm::Rsa4096);
}

#[test]
fn a_key_id_is_used_once() {
    let fixture = Fixture::new();
    let session = fixture.session();
    let new_key = NewKey::with_random_id(KeyAlgorithm::EcP256, "first").unwrap();
    let first = generate_key_pair(&session, &new_key).unwrap();
    let error = generate_key_pair(&session, &new_key).unwrap_err();
    assert_eq!(error.class, ErrorClass::Ambiguous);
    let key = find_private_key_by_label(&session, "first").unwrap();
    assert_eq!(key.spki_der, first.spki_der);
}
