//! The placeholder certificate of a key until the bank's arrives: self-signed and long expired, so that no program
//! offers it. It stores the public key on cards that do not report it.

use std::cell::RefCell;

use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::spki::PublicKey;
use rcgen::{
    CertificateParams, DistinguishedName, DnType, PublicKeyData, SerialNumber, SignatureAlgorithm,
    SigningKey, date_time_ymd,
};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::card_login::CardLogin;
use super::error::PivError;
use super::session::Session;
use super::sign::sign_with_pin;
use super::slot::Slot;

/// The subject, for users who look at the card with another program.
pub(super) const NAME: &str = "Inkan: key without certificate";

/// Creates the certificate. The PIN must have been verified.
pub(super) fn certificate(
    session: &Session<'_>,
    slot: Slot,
    spki_der: &[u8],
    login: &CardLogin,
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
        login,
        failure: RefCell::new(None),
    };
    match params.self_signed(&key) {
        Ok(certificate) => Ok(certificate.der().to_vec()),
        Err(error) => Err(key.failure.take().unwrap_or_else(|| internal(&error))),
    }
}

/// Whether the certificate is signed by its own key: another program may have generated a new key in the slot.
pub(super) fn is_self_signed(der: &[u8]) -> bool {
    X509Certificate::from_der(der).is_ok_and(|(_, own)| own.verify_signature(None).is_ok())
}

struct CardKey<'a> {
    session: &'a Session<'a>,
    slot: Slot,
    algorithm: KeyAlgorithm,
    bits: &'a [u8],
    login: &'a CardLogin,
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
            self.login,
        )
        .map_err(|error| {
            *self.failure.borrow_mut() = Some(error);
            rcgen::Error::RemoteKeyError
        })
    }
}
