//! The certificate of the key that signs responses: issued by each CA for its own certificates, for a short time, and
//! exempt from status checks (id-pkix-ocsp-nocheck).

use der::asn1::Null;
use der::oid::db::rfc4519::{COMMON_NAME, ORGANIZATION_NAME};
use der::oid::db::rfc5280::ID_KP_OCSP_SIGNING;
use der::oid::db::rfc6960::ID_PKIX_OCSP_NOCHECK;
use jiff::{SignedDuration, Timestamp};
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::{FromDer, TbsCertificate};

use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::x509::extensions::extension;
use inkan_pki::x509::key_check::check_spki;
use inkan_pki::x509::summary::{CertificateSummary, serial_hex};

use super::issuer::key_name;
use crate::encoding::EncodingError;
use crate::hsm::Priority;
use crate::issue::{IssueError, ToBeSigned};
use crate::lint::LintError;
use crate::profile::{ProfileError, Validity, random_serial};
use crate::subject::{self, MAX_PART};
use crate::tbs::{self, Contents};
use crate::{Authority, CaId, IssuingCa, shard};

/// Allowance for clocks that run behind ours; no response begins further in the past.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// The signer for one CA.
#[derive(Debug, Clone)]
pub struct Signer {
    /// For which CA.
    pub ca: CaId,
    /// Key id in the HSM pool.
    pub key: String,
    pub(super) certificate: x509_cert::Certificate,
    pub(super) spki: Vec<u8>,
    pub(super) algorithm: KeyAlgorithm,
    pub(super) name: Vec<u8>,
    /// Start of its certificate.
    pub not_before: Timestamp,
    /// End of its certificate.
    pub not_after: Timestamp,
}

impl Signer {
    /// From its certificate (DER).
    ///
    /// # Errors
    /// [`IssueError::CaCertificate`] for one that cannot be parsed.
    pub fn new(ca: impl Into<CaId>, key: &str, der: &[u8]) -> Result<Self, IssueError> {
        let bad = || IssueError::CaCertificate(key.to_owned());
        let summary = CertificateSummary::parse(der).map_err(|_| bad())?;
        let certificate = der::Decode::from_der(der).map_err(|_| bad())?;
        Ok(Self {
            ca: ca.into(),
            key: key.to_owned(),
            certificate,
            algorithm: check_spki(&summary.spki_der)?,
            name: key_name(&summary.spki_der).ok_or_else(bad)?,
            spki: summary.spki_der,
            not_before: summary.not_before,
            not_after: summary.not_after,
        })
    }
}

impl Authority {
    /// Builds and lints the certificate of the key `spki_der` as the signer of a CA's responses; signs nothing.
    ///
    /// # Errors
    /// [`IssueError`].
    pub fn prepare_signer(
        &self,
        id: impl Into<CaId>,
        spki_der: &[u8],
        lifetime: SignedDuration,
        now: Timestamp,
    ) -> Result<ToBeSigned, IssueError> {
        let ca = self.ca(id)?;
        check_spki(spki_der)?;
        let serial = random_serial()?;
        let whole = |at: Timestamp| {
            Timestamp::from_second(at.as_second()).map_err(|_| ProfileError::Validity)
        };
        let end = now
            .checked_add(lifetime)
            .map_err(|_| ProfileError::Validity)?;
        let start = now
            .checked_sub(CLOCK_SKEW)
            .map_err(|_| ProfileError::Validity)?;
        ca.covers(now)?;
        let validity = Validity {
            not_before: whole(start.max(ca.validity.not_before))?,
            not_after: whole(end.min(ca.validity.not_after))?,
        };
        let contents = contents(ca, &serial, validity)?;
        let tbs = tbs::certificate(contents, spki_der, ca)?;
        lint(&tbs, spki_der, &serial)?;
        Ok(ToBeSigned {
            ca: ca.id,
            tbs,
            serial: serial_hex(&serial),
            validity,
            shard: shard::name(now, 0),
        })
    }
}

impl Authority {
    /// Has the HSM sign the recorded bytes of a signer's certificate, as [`Authority::sign`] does, and before certificates for
    /// customers: responses depend on it.
    ///
    /// # Errors
    /// [`IssueError`].
    pub async fn sign_signer(
        &self,
        id: impl Into<CaId>,
        tbs: &[u8],
    ) -> Result<Vec<u8>, IssueError> {
        self.sign_recorded(id.into(), tbs, Priority::Status).await
    }
}

/// The signer of a CA's responses is named after the CA.
fn contents<'a>(
    ca: &IssuingCa,
    serial: &'a [u8],
    validity: Validity,
) -> Result<Contents<'a>, IssueError> {
    let summary = CertificateSummary::parse(&ca.certificate)
        .map_err(|_| IssueError::CaCertificate(ca.key.clone()))?;
    let common_name: String = format!("OCSP {}", summary.common_name)
        .chars()
        .take(MAX_PART)
        .collect();
    let mut subject = Vec::new();
    if !summary.organization.is_empty() {
        subject.push((ORGANIZATION_NAME, summary.organization.as_str()));
    }
    subject.push((COMMON_NAME, common_name.as_str()));
    let no_check = extension(ID_PKIX_OCSP_NOCHECK, false, &Null).map_err(EncodingError::from)?;
    Ok(Contents {
        serial,
        validity,
        subject: subject::utf8(&subject)?,
        purpose: ID_KP_OCSP_SIGNING,
        crl_url: None,
        further: vec![no_check],
    })
}

/// It can sign responses, and nothing else.
fn lint(tbs: &[u8], spki_der: &[u8], serial: &[u8]) -> Result<(), LintError> {
    let rule = |holds: bool, name: &'static str| LintError::unless(holds, name);
    let parsed = TbsCertificate::from_der(tbs);
    let (rest, cert) = parsed.map_err(|_| LintError::of("does not parse"))?;
    rule(rest.is_empty(), "trailing bytes")?;
    rule(
        cert.raw_serial() == serial,
        "serial number is the recorded one",
    )?;
    rule(
        cert.subject_pki.raw == spki_der,
        "public key is the signer's",
    )?;
    let mut seen = 0;
    for extension in cert.extensions() {
        let oid = extension.oid.to_id_string();
        let holds = match extension.parsed_extension() {
            ParsedExtension::KeyUsage(u) => u.flags == 1 && extension.critical,
            ParsedExtension::ExtendedKeyUsage(e) => {
                e.ocsp_signing
                    && !e.any
                    && !e.client_auth
                    && !e.server_auth
                    && !e.code_signing
                    && !e.email_protection
                    && !e.time_stamping
                    && e.other.is_empty()
            }
            ParsedExtension::BasicConstraints(b) => !b.ca,
            ParsedExtension::SubjectKeyIdentifier(_)
            | ParsedExtension::AuthorityKeyIdentifier(_) => true,
            _ => oid == "1.3.6.1.5.5.7.48.1.5" && !extension.critical,
        };
        rule(holds, "extensions are those of an OCSP signer")?;
        seen += 1;
    }
    rule(seen == 6, "all six extensions are there")
}
