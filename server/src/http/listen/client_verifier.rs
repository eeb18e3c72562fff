//! Which client certificates pass the TLS handshake.
//!
//! Browsers show nothing useful for a TLS alert. So this refuses only certificates that do not chain to a CA of the
//! listener. A certificate that chains but is outside its validity period, and a browser without a certificate, are let
//! through and get a page with the reason. Nothing is *accepted* here: every request checks the certificate in the
//! store.

use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{VerifierBuilderError, WebPkiClientVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, RootCertStore,
    SignatureScheme,
};

use super::tls::TlsError;

/// Certificate optional; if there is one it must chain to one of `cas`, but may be
/// expired or not yet valid.
pub fn explaining(
    provider: &Arc<CryptoProvider>,
    cas: &[CertificateDer<'_>],
) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    let roots = Arc::new(anchors(cas)?);
    let strict = WebPkiClientVerifier::builder_with_provider(roots, Arc::clone(provider))
        .allow_unauthenticated()
        .build()
        .map_err(verifier_error)?;
    Ok(Arc::new(Explaining { strict }))
}

fn anchors(cas: &[CertificateDer<'_>]) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for ca in cas {
        roots
            .add(ca.clone().into_owned())
            .map_err(TlsError::ClientCa)?;
    }
    Ok(roots)
}

fn verifier_error(error: VerifierBuilderError) -> TlsError {
    TlsError::Verifier(error.to_string())
}

#[derive(Debug)]
struct Explaining {
    strict: Arc<dyn ClientCertVerifier>,
}

/// The instant at which a certificate refused only for its dates was valid.
fn valid_instant(error: &Error) -> Option<UnixTime> {
    match error {
        Error::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. }) => {
            Some(*not_after)
        }
        Error::InvalidCertificate(CertificateError::NotValidYetContext { not_before, .. }) => {
            Some(*not_before)
        }
        _ => None,
    }
}

impl ClientCertVerifier for Explaining {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.strict.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        // The dates are checked before the chain is built: a stranger's expired certificate fails with "expired" as
        // well. Verifying again at an instant of its validity distinguishes the two.
        match self
            .strict
            .verify_client_cert(end_entity, intermediates, now)
        {
            Ok(verified) => Ok(verified),
            Err(error) => match valid_instant(&error) {
                Some(then) => self
                    .strict
                    .verify_client_cert(end_entity, intermediates, then),
                None => Err(error),
            },
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.strict.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.strict.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.strict.supported_verify_schemes()
    }
}
