//! A channel to the certificate listener that presents a certificate and signs with the token's key.

use std::sync::Arc;

use inkan_pki::signer::rustls::OneClientCertificate;
use rustls::ClientConfig;
use rustls_pki_types::CertificateDer;

use super::Context;
use super::unlock::signer;
use crate::config::bank::Bank;
use crate::error::{Failure, TokenError};
use crate::http::client::Channel;
use crate::http::tls;
use crate::keystore::content::KeyEntry;
use crate::prompt::UserInterface;
use crate::response::path::issuers;
use crate::token::open_token::OpenToken;

/// Opens a channel with this certificate (DER) and its key.
///
/// # Errors
/// [`TokenError`] if the key cannot be used.
pub fn channel(
    context: &Context,
    ui: &dyn UserInterface,
    bank: &Bank,
    token: &OpenToken,
    certificate: &[u8],
    key: &KeyEntry,
) -> Result<Channel, Failure> {
    let tls = config(context, ui, bank, token, certificate, key)?;
    Channel::new(&bank.certificate, &context.proxies, tls, true, context.lang)
}

/// The TLS configuration of such a channel.
///
/// # Errors
/// As [`channel`].
pub fn config(
    context: &Context,
    ui: &dyn UserInterface,
    bank: &Bank,
    token: &OpenToken,
    certificate: &[u8],
    key: &KeyEntry,
) -> Result<ClientConfig, Failure> {
    let signer = signer(token, ui, key)?.for_bank(|scheme| bank.takes(scheme))?;
    let versions = if signer.only_tls12() {
        tls::Versions::Tls12
    } else {
        tls::Versions::All
    };
    let trusted: Vec<&[u8]> = bank.customer_ca.iter().map(|c| &**c).collect();
    let mut chain = vec![CertificateDer::from(certificate.to_vec())];
    // The server has the root; it may lack the intermediates.
    let above = issuers(certificate, &trusted, &[]);
    let roots = |ca: &Vec<u8>| inkan_pki::x509::chain::verify_issued_by(ca, ca).is_ok();
    chain.extend(
        above
            .into_iter()
            .filter(|ca| !roots(ca))
            .map(CertificateDer::from),
    );
    let resolver = OneClientCertificate::new(chain, Arc::new(signer)).map_err(|e| match e {
        rustls::Error::InconsistentKeys(_) => Failure::Token(TokenError::ProofFailed),
        other => Failure::Internal(format!("client certificate: {other}")),
    })?;
    tls::config(
        &bank.server_ca,
        context.clock,
        versions,
        Some(Arc::new(resolver)),
    )
}
