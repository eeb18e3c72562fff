//! Parses the to-be-signed certificate and compares it with the profile before the HSM signs it.

use x509_parser::extensions::{
    CRLDistributionPoint, DistributionPointName, GeneralName, ParsedExtension,
};
use x509_parser::prelude::{FromDer, TbsCertificate, X509Version};

use super::profile::{ClientProfile, Validity};

/// The first rule that the bytes break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("to-be-signed certificate breaks the profile: {0}")]
pub struct LintError(&'static str);

impl LintError {
    /// This rule is broken.
    pub(super) const fn of(rule: &'static str) -> Self {
        Self(rule)
    }

    /// Whether a rule holds.
    pub(super) fn unless(holds: bool, rule: &'static str) -> Result<(), Self> {
        if holds { Ok(()) } else { Err(Self(rule)) }
    }
}

/// The expected content.
pub struct Expected<'a> {
    /// The profile.
    pub profile: &'a ClientProfile,
    /// Login ID or staff name.
    pub name: &'a str,
    /// Serial number octets.
    pub serial: &'a [u8],
    /// DER SubjectPublicKeyInfo.
    pub spki_der: &'a [u8],
    /// Start and end.
    pub validity: Validity,
    /// The CRL shard that it points to.
    pub shard: &'a str,
}

/// Checks every field and every extension; one that is not expected is an error too.
///
/// # Errors
/// [`LintError`].
pub fn client(tbs: &[u8], expected: &Expected<'_>) -> Result<(), LintError> {
    let (rest, cert) = TbsCertificate::from_der(tbs).map_err(|_| LintError("does not parse"))?;
    let rule = |holds: bool, name: &'static str| if holds { Ok(()) } else { Err(LintError(name)) };
    rule(rest.is_empty(), "trailing bytes")?;
    rule(cert.version == X509Version::V3, "version is 3")?;
    rule(
        cert.raw_serial() == expected.serial,
        "serial number is the recorded one",
    )?;
    rule(
        (16..=20).contains(&cert.raw_serial().len()),
        "serial number has 16 to 20 octets",
    )?;
    rule(
        cert.raw_serial().first().is_some_and(|b| b & 0x80 == 0),
        "serial number is positive",
    )?;
    rule(
        cert.subject_pki.raw == expected.spki_der,
        "public key is the requested one",
    )?;
    rule(
        cert.validity.not_before.timestamp() == expected.validity.not_before.as_second()
            && cert.validity.not_after.timestamp() == expected.validity.not_after.as_second(),
        "validity is the recorded one",
    )?;
    subject(&cert, expected, rule)?;
    extensions(&cert, expected.profile, expected.shard, rule)
}

fn subject(
    cert: &TbsCertificate<'_>,
    expected: &Expected<'_>,
    rule: impl Fn(bool, &'static str) -> Result<(), LintError>,
) -> Result<(), LintError> {
    let profile = expected.profile;
    let common_name = format!("{} {}", profile.common_name_prefix, expected.name);
    let shards: Vec<_> = cert
        .subject
        .iter_attributes()
        .filter_map(|a| a.as_str().ok())
        .collect();
    let wanted = [
        profile.organization.as_str(),
        profile.organizational_unit.as_str(),
        common_name.as_str(),
    ];
    rule(shards == wanted, "subject is O, OU, CN of the profile")
}

fn extensions(
    cert: &TbsCertificate<'_>,
    profile: &ClientProfile,
    shard: &str,
    rule: impl Fn(bool, &'static str) -> Result<(), LintError>,
) -> Result<(), LintError> {
    let mut seen = 0;
    for extension in cert.extensions() {
        let (holds, name) = match extension.parsed_extension() {
            ParsedExtension::KeyUsage(u) => (u.flags == 1 && extension.critical, "keyUsage"),
            ParsedExtension::ExtendedKeyUsage(e) => (
                e.client_auth
                    && !e.any
                    && !e.server_auth
                    && !e.email_protection
                    && !e.code_signing
                    && !e.time_stamping
                    && !e.ocsp_signing
                    && e.other.is_empty(),
                "extendedKeyUsage",
            ),
            ParsedExtension::BasicConstraints(b) => (!b.ca, "basicConstraints"),
            ParsedExtension::SubjectKeyIdentifier(id) => (!id.0.is_empty(), "subjectKeyIdentifier"),
            ParsedExtension::AuthorityKeyIdentifier(id) => {
                (id.key_identifier.is_some(), "authorityKeyIdentifier")
            }
            ParsedExtension::CRLDistributionPoints(points) => {
                let wanted = profile.crl_url(shard);
                let right = |point: &CRLDistributionPoint<'_>| {
                    matches!(&point.distribution_point, Some(DistributionPointName::FullName(names))
                        if matches!(names.as_slice(), [GeneralName::URI(u)] if *u == wanted))
                };
                let [point] = points.points.as_slice() else {
                    return rule(false, "cRLDistributionPoints");
                };
                (right(point), "cRLDistributionPoints")
            }
            ParsedExtension::AuthorityInfoAccess(access) => {
                let urls: Vec<_> = access
                    .accessdescs
                    .iter()
                    .map(|d| &d.access_location)
                    .collect();
                let wanted = [&profile.ocsp_url, &profile.ca_issuers_url];
                let same = urls
                    .iter()
                    .zip(wanted)
                    .all(|(url, want)| matches!(url, GeneralName::URI(u) if *u == want.as_str()));
                (urls.len() == 2 && same, "authorityInfoAccess")
            }
            ParsedExtension::CertificatePolicies(p) => (
                p.len() == 1 && p[0].policy_id.to_id_string() == profile.policy_oid,
                "certificatePolicies",
            ),
            _ => (false, "an extension that the profile does not have"),
        };
        rule(holds, name)?;
        seen += 1;
    }
    rule(seen == 8, "all eight extensions are there")
}
