//! Finding the right key among several.

use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, ObjectClass};
use cryptoki::types::Ulong;

use super::{Fixture, log_in, new_pair, verifies};
use crate::algorithm::{KeyAlgorithm, SignatureScheme};
use crate::pkcs11::certificate::write_certificate;
use crate::pkcs11::keys::{find_private_key, find_private_key_by_label};
use crate::pkcs11::object::find;
use crate::pkcs11::public_key;
use crate::pkcs11::sign::sign;
use crate::pkcs11::{ErrorClass, Session};

fn remove_public_keys(session: &Session) {
    for object in find(session, "test", ObjectClass::PUBLIC_KEY, &[]).unwrap() {
        session.call("test", |s| s.destroy_object(object)).unwrap();
    }
}

#[test]
fn the_public_key_decides_when_labels_are_equal() {
    let fixture = Fixture::new();
    let session = fixture.session();
    let made: Vec<_> = (0..4)
        .map(|_| new_pair(&session, KeyAlgorithm::EcP256, "same label"))
        .collect();
    for pair in &made {
        let key = find_private_key(&session, &pair.spki_der).unwrap();
        assert_eq!(key.id, pair.id);
        let scheme = SignatureScheme::EcdsaP256Sha256;
        let signature = sign(&session, &key, scheme, b"which key?").unwrap();
        for other in &made {
            let verified = verifies(&other.spki_der, scheme, b"which key?", &signature);
            assert_eq!(verified, other.id == pair.id);
        }
    }
    let error = find_private_key_by_label(&session, "same label").unwrap_err();
    assert_eq!(error.class, ErrorClass::Ambiguous);
    let error = find_private_key_by_label(&session, "no such label").unwrap_err();
    assert_eq!(error.class, ErrorClass::NotFound);
}

#[test]
fn not_found_says_when_nobody_is_logged_in() {
    let fixture = Fixture::new();
    let session = fixture.session();
    let made = new_pair(&session, KeyAlgorithm::EcP256, "key");
    session.logout().unwrap();
    let error = find_private_key(&session, &made.spki_der).unwrap_err();
    assert_eq!(error.class, ErrorClass::NotLoggedIn);
    log_in(&session, &fixture.pin()).unwrap();
    find_private_key(&session, &made.spki_der).unwrap();
    let error = find_private_key(&session, b"not a public key").unwrap_err();
    assert_eq!(error.class, ErrorClass::Refused);
}

#[test]
fn a_certificate_stands_in_for_a_missing_public_key() {
    let fixture = Fixture::new();
    let session = fixture.session();
    let made = new_pair(&session, KeyAlgorithm::EcP384, "card");
    let public = crate::spki::PublicKey::from_spki(&made.spki_der).unwrap();
    remove_public_keys(&session);
    let error = find_private_key(&session, &made.spki_der).unwrap_err();
    assert_eq!(error.class, ErrorClass::NotFound);

    let certificate = super::certificate::issue(&made.spki_der, 1);
    write_certificate(&session, &certificate, "card", &made.id).unwrap();
    let key = find_private_key(&session, &made.spki_der).unwrap();
    assert_eq!((key.id, key.algorithm), (made.id, public.algorithm()));
    let by_label = find_private_key_by_label(&session, "card").unwrap();
    assert_eq!(by_label.spki_der, made.spki_der);
}

#[test]
fn an_rsa_key_alone_tells_of_itself() {
    let fixture = Fixture::new();
    let session = fixture.session();
    let made = new_pair(&session, KeyAlgorithm::Rsa2048, "alone");
    remove_public_keys(&session);
    let key = find_private_key(&session, &made.spki_der).unwrap();
    assert_eq!(key.id, made.id);
}

/// Two RSA pairs with one CKA_ID, as careless tools make them.
#[test]
fn one_id_on_two_keys_is_sorted_out_by_what_they_say() {
    let fixture = Fixture::new();
    let session = fixture.session();
    let mut wanted = Vec::new();
    for _ in 0..2 {
        let public = [
            Attribute::Token(true),
            Attribute::Id(vec![1]),
            Attribute::ModulusBits(Ulong::new(2048)),
            Attribute::PublicExponent(vec![1, 0, 1]),
        ];
        let private = [
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Id(vec![1]),
        ];
        let (public, private) = session
            .call("test", |s| {
                s.generate_key_pair(&Mechanism::RsaPkcsKeyPairGen, &public, &private)
            })
            .unwrap();
        let key = public_key::of_object(&session, public).unwrap().unwrap();
        wanted.push((key.to_spki().unwrap(), private));
    }
    for (spki_der, private) in wanted {
        assert_eq!(
            find_private_key(&session, &spki_der).unwrap().handle,
            private
        );
    }
}
