//! Signers over a real token.

mod rcgen;
mod rustls;

use std::sync::Arc;

use super::Signer;
use super::pkcs11::Pkcs11Signer;
use crate::algorithm::{KeyAlgorithm, SignatureScheme};
use crate::pkcs11::tests::{Fixture, new_pair, verifies};

/// A signer with a fresh key of this type.
fn signer(fixture: &Fixture, algorithm: KeyAlgorithm) -> Arc<dyn Signer> {
    let session = fixture.session();
    let made = new_pair(&session, algorithm, "signer");
    Arc::new(Pkcs11Signer::open(session, &made.spki_der).unwrap())
}

#[test]
fn many_threads_share_one_signer() {
    let fixture = Fixture::new();
    let signer = signer(&fixture, KeyAlgorithm::EcP256);
    std::thread::scope(|scope| {
        for thread in 0..4_u8 {
            let signer = &signer;
            scope.spawn(move || {
                for round in 0..50_u8 {
                    let message = [thread, round];
                    let scheme = SignatureScheme::EcdsaP256Sha256;
                    let signature = signer.sign(scheme, &message).unwrap();
                    assert!(verifies(signer.spki_der(), scheme, &message, &signature));
                }
            });
        }
    });
}

#[test]
fn a_scheme_of_another_key_type_is_refused_before_the_token_is_asked() {
    let fixture = Fixture::new();
    let signer = signer(&fixture, KeyAlgorithm::EcP256);
    let error = signer
        .sign(SignatureScheme::RsaPkcs1Sha256, b"")
        .unwrap_err();
    assert!(matches!(error, super::SignError::WrongScheme { .. }));
}
