//! The profile of CA certificates (RFC 5280, 4.2).
//!
//! Critical `basicConstraints` with path length, critical `keyUsage` keyCertSign and cRLSign, SKI,
//! AKI for CAs below a root, CRL distribution points and caIssuers where specified.

use inkan_pki::x509::extensions::authority_info_access;
use jiff::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, CrlDistributionPoint, CustomExtension, DistinguishedName,
    DnType, DnValue, InvalidAsn1String, IsCa, KeyUsagePurpose, SerialNumber,
};
use time::OffsetDateTime;
use x509_parser::prelude::X509Certificate;

use crate::spec::{CertificateSpec, Subject};

/// A random serial number, hex: 20 bytes, the most that RFC 5280, 4.1.2.2 allows. The first two bits are 01, so that it is positive
/// and DER neither adds nor drops a byte (158 random bits).
pub(crate) fn random_serial() -> Result<String, getrandom::Error> {
    let mut bytes = [0u8; 20];
    getrandom::fill(&mut bytes)?;
    bytes[0] = (bytes[0] & 0x3f) | 0x40;
    Ok(hex::encode(bytes))
}

/// Parameters of a CA certificate, ready to be signed. Times are in whole seconds.
pub(crate) fn params(
    spec: &CertificateSpec,
    serial: &str,
    (not_before, not_after): (Timestamp, Timestamp),
    below_root: bool,
) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name = name(&spec.subject);
    params.serial_number = Some(SerialNumber::from_slice(
        &hex::decode(serial).unwrap_or_default(),
    ));
    params.not_before = date(not_before)?;
    params.not_after = date(not_after)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(spec.path_len));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.use_authority_key_identifier_extension = below_root;
    if !spec.crl_urls.is_empty() {
        params.crl_distribution_points = vec![CrlDistributionPoint {
            uris: spec.crl_urls.clone(),
        }];
    }
    let ca_issuers = authority_info_access(None, spec.ca_issuers_url.as_deref()).map_err(|_| {
        rcgen::Error::InvalidAsn1String(InvalidAsn1String::Ia5String(
            spec.ca_issuers_url.clone().unwrap_or_default(),
        ))
    })?;
    params.custom_extensions.extend(ca_issuers.map(|extension| {
        let oid: Vec<_> = extension.extn_id.arcs().map(u64::from).collect();
        CustomExtension::from_oid_content(&oid, extension.extn_value.into_bytes())
    }));
    Ok(params)
}

pub(crate) fn name(subject: &Subject) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    if let Some(country) = &subject.country {
        name.push(DnType::CountryName, value(country));
    }
    name.push(DnType::OrganizationName, value(&subject.organization));
    if let Some(unit) = &subject.organizational_unit {
        name.push(DnType::OrganizationalUnitName, value(unit));
    }
    name.push(DnType::CommonName, value(&subject.common_name));
    name
}

/// PrintableString where the characters allow it, else UTF8String.
fn value(text: &str) -> DnValue {
    match text.try_into() {
        Ok(printable) => DnValue::PrintableString(printable),
        Err(_) => DnValue::Utf8String(text.to_owned()),
    }
}

/// A time as rcgen takes it.
pub(crate) fn date(at: Timestamp) -> Result<OffsetDateTime, rcgen::Error> {
    OffsetDateTime::from_unix_timestamp(at.as_second()).map_err(|_| rcgen::Error::Time)
}

/// Whether the certificate has exactly this subject, in whatever string types.
pub(crate) fn has_subject(certificate: &X509Certificate<'_>, subject: &Subject) -> bool {
    let found: Vec<_> = certificate
        .subject()
        .iter_attributes()
        .map(|part| {
            (
                part.attr_type().to_id_string(),
                part.as_str().unwrap_or_default(),
            )
        })
        .collect();
    let planned = [
        ("2.5.4.6", subject.country.as_deref()),
        ("2.5.4.10", Some(subject.organization.as_str())),
        ("2.5.4.11", subject.organizational_unit.as_deref()),
        ("2.5.4.3", Some(subject.common_name.as_str())),
    ];
    let planned = planned
        .into_iter()
        .filter_map(|(oid, text)| Some((oid.to_owned(), text?)));
    found.into_iter().eq(planned)
}

/// Whether basic constraints (CA with this path length) and key usage (certificates and CRLs only) are as they must be, both
/// critical.
pub(crate) fn is_ca(certificate: &X509Certificate<'_>, path_len: u8) -> bool {
    let constraints = matches!(certificate.basic_constraints(), Ok(Some(e))
        if e.critical && e.value.ca && e.value.path_len_constraint == Some(u32::from(path_len)));
    let usage = matches!(certificate.key_usage(), Ok(Some(e))
        if e.critical && e.value.flags == (1 << 5) | (1 << 6)
            && e.value.key_cert_sign() && e.value.crl_sign());
    constraints && usage
}
