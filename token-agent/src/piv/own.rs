//! The certificate that a key of ours has until the bank's comes: signed by itself and expired long ago, so that no
//! program offers it for anything. It keeps the public key on cards that do not tell it.

use std::cell::RefCell;

use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::spki::PublicKey;
use rcgen::{
    CertificateParams, DistinguishedName, DnType, PublicKeyData, SerialNumber, SignatureAlgorithm,
    SigningKey, date_time_ymd,
};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::error::PivError;
use super::opener::Opener;
use super::session::Session;
use super::sign::sign_with_pin;
use super::slot::Slot;

/// The subject, for whoever looks at the card with another program.
pub(super) const NAME: &str = "Inkan: key without certificate";

/// Makes it. The PIN must have been verified.
pub(super) fn certificate(
    session: &Session<'_>,
    slot: Slot,
    spki_der: &[u8],
    opener: &Opener,
) -> Result<Vec<u8>, PivError> {
    let internal = |e: &dyn std::fmt::Display| PivError::Internal(e.to_string());
    let public = PublicKey::from_spki(spki_der).map_err(|e| internal(&e))?;
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, NAME);
    params.serial_number = Some(SerialNumber::from(1_u64));
    params.not_before = date_time_ymd(2000, 1, 1);
    params.not_after = date_time_ymd(2000, 1, 2);
    let key = CardKey {
        session,
        slot,
        algorithm: public.algorithm(),
        bits: public.key_bits(),
        opener,
        failure: RefCell::new(None),
    };
    match params.self_signed(&key) {
        Ok(certificate) => Ok(certificate.der().to_vec()),
        Err(error) => Err(key.failure.take().unwrap_or_else(|| internal(&error))),
    }
}

/// Whether the key that it names has signed it: another program may have made a new key in the slot since.
pub(super) fn is_by_its_key(der: &[u8]) -> bool {
    X509Certificate::from_der(der).is_ok_and(|(_, own)| own.verify_signature(None).is_ok())
}

struct CardKey<'a> {
    session: &'a Session<'a>,
    slot: Slot,
    algorithm: KeyAlgorithm,
    bits: &'a [u8],
    opener: &'a Opener,
    failure: RefCell<Option<PivError>>,
}

impl PublicKeyData for CardKey<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.bits
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        match self.algorithm {
            KeyAlgorithm::EcP256 => &rcgen::PKCS_ECDSA_P256_SHA256,
            KeyAlgorithm::EcP384 => &rcgen::PKCS_ECDSA_P384_SHA384,
            KeyAlgorithm::Rsa2048 | KeyAlgorithm::Rsa3072 | KeyAlgorithm::Rsa4096 => {
                &rcgen::PKCS_RSA_SHA256
            }
        }
    }
}

impl SigningKey for CardKey<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        let scheme = self.algorithm.default_scheme();
        sign_with_pin(
            self.session,
            self.slot,
            self.algorithm,
            scheme,
            message,
            self.opener,
        )
        .map_err(|error| {
            *self.failure.borrow_mut() = Some(error);
            rcgen::Error::RemoteKeyError
        })
    }
}
