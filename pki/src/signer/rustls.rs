//! Any [`Signer`] as a key for TLS client authentication: ECDSA; RSA with PSS in TLS 1.3, PSS or PKCS #1 v1.5 in 1.2.

use std::fmt;
use std::sync::Arc;

use rustls::client::ResolvesClientCert;
use rustls::pki_types::{CertificateDer, SubjectPublicKeyInfoDer};
use rustls::sign::{CertifiedKey, Signer as TlsSigner, SigningKey};
use rustls::{Error, OtherError, SignatureAlgorithm, SignatureScheme as TlsScheme};

use super::Signer;
use crate::algorithm::SignatureScheme;

/// A signer as a rustls signing key.
#[derive(Clone)]
pub struct TlsKey(Arc<dyn Signer>);

impl TlsKey {
    /// Wraps a signer.
    #[must_use]
    pub fn new(signer: Arc<dyn Signer>) -> Self {
        Self(signer)
    }
}

impl fmt::Debug for TlsKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TlsKey({})", self.0.algorithm())
    }
}

impl SigningKey for TlsKey {
    fn choose_scheme(&self, offered: &[TlsScheme]) -> Option<Box<dyn TlsSigner>> {
        let scheme = self
            .0
            .schemes()
            .iter()
            .find(|scheme| offered.contains(&tls_scheme(**scheme)))?;
        Some(Box::new(TlsSignature {
            key: self.clone(),
            scheme: *scheme,
        }))
    }

    fn public_key(&self) -> Option<SubjectPublicKeyInfoDer<'_>> {
        Some(SubjectPublicKeyInfoDer::from(self.0.spki_der()))
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        if self.0.algorithm().is_rsa() {
            SignatureAlgorithm::RSA
        } else {
            SignatureAlgorithm::ECDSA
        }
    }
}

#[derive(Debug)]
struct TlsSignature {
    key: TlsKey,
    scheme: SignatureScheme,
}

impl TlsSigner for TlsSignature {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        self.key
            .0
            .sign(self.scheme, message)
            .map_err(|error| Error::Other(OtherError(Arc::new(error))))
    }

    fn scheme(&self) -> TlsScheme {
        tls_scheme(self.scheme)
    }
}

const fn tls_scheme(scheme: SignatureScheme) -> TlsScheme {
    match scheme {
        SignatureScheme::EcdsaP256Sha256 => TlsScheme::ECDSA_NISTP256_SHA256,
        SignatureScheme::EcdsaP384Sha384 => TlsScheme::ECDSA_NISTP384_SHA384,
        SignatureScheme::RsaPkcs1Sha256 => TlsScheme::RSA_PKCS1_SHA256,
        SignatureScheme::RsaPkcs1Sha384 => TlsScheme::RSA_PKCS1_SHA384,
        SignatureScheme::RsaPkcs1Sha512 => TlsScheme::RSA_PKCS1_SHA512,
        SignatureScheme::RsaPssSha256 => TlsScheme::RSA_PSS_SHA256,
        SignatureScheme::RsaPssSha384 => TlsScheme::RSA_PSS_SHA384,
        SignatureScheme::RsaPssSha512 => TlsScheme::RSA_PSS_SHA512,
    }
}

/// Presents one certificate, and only to servers that accept a scheme of its key.
#[derive(Debug)]
pub struct OneClientCertificate(Arc<CertifiedKey>);

impl OneClientCertificate {
    /// A chain (the client's certificate first) and the key of its first certificate.
    ///
    /// # Errors
    /// [`Error::InconsistentKeys`] when the certificate is of another key; rustls' error for a chain that does not parse.
    pub fn new(
        chain: Vec<CertificateDer<'static>>,
        signer: Arc<dyn Signer>,
    ) -> Result<Self, Error> {
        let certified = CertifiedKey::new(chain, Arc::new(TlsKey::new(signer)));
        certified.keys_match()?;
        Ok(Self(Arc::new(certified)))
    }
}

impl ResolvesClientCert for OneClientCertificate {
    fn resolve(
        &self,
        _root_hint_subjects: &[&[u8]],
        schemes: &[TlsScheme],
    ) -> Option<Arc<CertifiedKey>> {
        let usable = self.0.key.choose_scheme(schemes).is_some();
        usable.then(|| Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}
