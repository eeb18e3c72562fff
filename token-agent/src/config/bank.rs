//! One bank file. Every field is checked before it is used.

use std::net::SocketAddr;
use std::path::Path;

use inkan_pki::algorithm::SignatureScheme;
use inkan_pki::messages::bank::{BankFile, KeyStoreDemand};
use inkan_pki::messages::identifier::Identifier;
use inkan_pki::x509::fingerprint::sha256_hex;
use inkan_pki::x509::pem;
use inkan_pki::x509::summary::CertificateSummary;
use rustls_pki_types::{CertificateDer, ServerName};

use super::{field_error, syntax};
use crate::error::{FieldFault, SetupError};

/// Maximum length of a bank name, in characters.
pub const MAX_NAME: usize = 100;
/// Maximum number of certificates in one field.
pub const MAX_CERTIFICATES: usize = 10;

/// A bank that the agent may talk to.
#[derive(Debug, Clone)]
pub struct Bank {
    /// The `bank` parameter of links.
    pub id: Identifier,
    /// Display name.
    pub name: String,
    /// Origin where requests are picked up and enrolled.
    pub portal: Origin,
    /// Origin where the certificate is used.
    pub certificate: Origin,
    /// Trust anchors for the bank's servers.
    pub server_ca: Vec<CertificateDer<'static>>,
    /// Trust anchors for customers' certificates.
    pub customer_ca: Vec<CertificateDer<'static>>,
    /// Signature schemes that the bank's servers accept in TLS; `None` if the file does not list them.
    pub signature_schemes: Option<Vec<SignatureScheme>>,
    /// Where the bank demands new keys; `None`: on any token.
    pub key_store: Option<KeyStoreDemand>,
    /// Windows must ask before each use of a new key.
    pub windows_prompt: bool,
}

/// An origin: `https://host[:port]` and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    url: reqwest::Url,
    uri: http::Uri,
}

impl Origin {
    /// Parses the text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let url = reqwest::Url::parse(text).ok()?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let anonymous = url.username().is_empty() && url.password().is_none();
        let uri = url.as_str().parse().ok()?;
        (url.scheme() == "https" && url.has_host() && bare && anonymous)
            .then_some(Self { url, uri })
    }

    /// The same in the HTTP crates' own type.
    #[must_use]
    pub const fn uri(&self) -> &http::Uri {
        &self.uri
    }

    /// The URL of a path (which must start with `/`) on this origin.
    #[must_use]
    pub fn at(&self, path: &str) -> reqwest::Url {
        let mut url = self.url.clone();
        url.set_path(path);
        url
    }

    /// The origin without a trailing slash.
    #[must_use]
    pub fn text(&self) -> String {
        self.url.as_str().trim_end_matches('/').to_owned()
    }

    /// The host name that TLS checks against the server's certificate.
    #[must_use]
    pub fn server_name(&self) -> Option<ServerName<'static>> {
        let host = self
            .url
            .host_str()?
            .trim_start_matches('[')
            .trim_end_matches(']');
        ServerName::try_from(host.to_owned()).ok()
    }

    /// The host name, or an address without brackets.
    #[must_use]
    pub fn bare_host(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        host.trim_matches(['[', ']']).to_owned()
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or(443)
    }

    /// `host:port`, always with the port.
    #[must_use]
    pub fn authority(&self) -> String {
        format!(
            "{}:{}",
            self.url.host_str().unwrap_or_default(),
            self.port()
        )
    }

    /// The addresses of the host; empty if the lookup fails.
    #[must_use]
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.url.socket_addrs(|| None).unwrap_or_default()
    }

    /// `host` or `host:port`, for messages.
    #[must_use]
    pub fn host(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url
            .port()
            .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }
}

impl Bank {
    /// Parses the text of the file at `path` (used in errors).
    ///
    /// # Errors
    /// [`SetupError::Field`] names the field.
    pub fn parse(text: &str, path: &Path) -> Result<Self, SetupError> {
        let file: BankFile =
            toml::from_str(text).map_err(|e| field_error(path, "", syntax(&e, text)))?;
        let bad = |field: &'static str| move |fault| field_error(path, field, fault);
        check_name(&file.name).map_err(bad("name"))?;
        let origin = |text: &str| Origin::parse(text).ok_or(FieldFault::NotHttpsOrigin);
        Ok(Self {
            portal: origin(&file.portal).map_err(bad("portal"))?,
            certificate: origin(&file.certificate).map_err(bad("certificate"))?,
            server_ca: certificates(&file.server_ca, false).map_err(bad("server_ca"))?,
            customer_ca: certificates(&file.customer_ca, true).map_err(bad("customer_ca"))?,
            signature_schemes: check_schemes(file.signature_schemes)
                .map_err(bad("signature_schemes"))?,
            key_store: file.key_store,
            windows_prompt: file.windows_prompt,
            id: file.id,
            name: file.name,
        })
    }

    /// Whether the bank's servers accept this signature scheme of a client key in TLS.
    #[must_use]
    pub fn takes(&self, scheme: SignatureScheme) -> bool {
        let listed = self.signature_schemes.as_ref();
        listed.is_none_or(|listed| listed.contains(&scheme))
    }

    /// SHA-256 of each certificate, to compare with the values that the bank publishes.
    #[must_use]
    pub fn fingerprints(list: &[CertificateDer<'_>]) -> Vec<String> {
        list.iter().map(|c| sha256_hex(c)).collect()
    }
}

fn check_name(name: &str) -> Result<(), FieldFault> {
    if name.trim().is_empty() {
        return Err(FieldFault::Empty);
    }
    if name.chars().count() > MAX_NAME {
        return Err(FieldFault::TooLong(MAX_NAME));
    }
    if name.chars().any(char::is_control) {
        return Err(FieldFault::ControlCharacter);
    }
    Ok(())
}

fn check_schemes(
    schemes: Option<Vec<SignatureScheme>>,
) -> Result<Option<Vec<SignatureScheme>>, FieldFault> {
    if schemes.as_ref().is_some_and(Vec::is_empty) {
        return Err(FieldFault::Empty);
    }
    Ok(schemes)
}

fn certificates(text: &str, must_be_ca: bool) -> Result<Vec<CertificateDer<'static>>, FieldFault> {
    let found = pem::certificates(text).map_err(|e| match e {
        pem::PemError::NoCertificate => FieldFault::NoCertificate,
        pem::PemError::Malformed(_) => FieldFault::BadCertificate,
    })?;
    if found.len() > MAX_CERTIFICATES {
        return Err(FieldFault::TooMany(MAX_CERTIFICATES));
    }
    for der in &found {
        let summary = CertificateSummary::parse(der).map_err(|_| FieldFault::BadCertificate)?;
        if must_be_ca && !summary.is_ca {
            return Err(FieldFault::NotCa);
        }
        // TLS must not be the first to find that the certificate cannot be a trust anchor.
        webpki::anchor_from_trusted_cert(der).map_err(|_| FieldFault::BadCertificate)?;
    }
    Ok(found)
}
