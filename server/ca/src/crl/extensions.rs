//! Extensions of a list (RFC 5280 §5.2).

use der::Encode;
use der::oid::ObjectIdentifier;
use x509_cert::ext::pkix::crl::dp::DistributionPoint;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName};
use x509_cert::ext::pkix::{CrlDistributionPoints, IssuingDistributionPoint};
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::X509Certificate;

use super::CrlContent;
use crate::asn1::{self, extension};
use crate::issue::IssueError;
use crate::profile::ProfileError;

const AUTHORITY_KEY_ID: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.35");
const CRL_NUMBER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.20");
const DELTA_INDICATOR: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.27");
const ISSUING_POINT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.28");
const FRESHEST_CRL: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.46");
/// `[0]` of an AuthorityKeyIdentifier; `[0]` around the extensions of a list.
const KEY_ID: u8 = 0x80;
const EXTENSIONS: u8 = 0xa0;

pub(super) fn of(
    list: &CrlContent<'_>,
    ca: &X509Certificate<'_>,
    key: &str,
) -> Result<Vec<u8>, IssueError> {
    let id = subject_key_id(ca).ok_or_else(|| IssueError::CaCertificate(key.to_owned()))?;
    let authority = asn1::sequence(&[&asn1::element(KEY_ID, &id)]);
    let mut all = extension(AUTHORITY_KEY_ID, false, &authority)?;
    let number = asn1::integer(&list.number.to_be_bytes());
    all.extend(extension(CRL_NUMBER, false, &number)?);
    if let Some(base) = list.base {
        let base = asn1::integer(&base.to_be_bytes());
        all.extend(extension(DELTA_INDICATOR, true, &base)?);
    }
    if let Some(url) = list.shard_url {
        let point = IssuingDistributionPoint {
            distribution_point: Some(at(url)?),
            only_contains_user_certs: false,
            only_contains_ca_certs: false,
            only_some_reasons: None,
            indirect_crl: false,
            only_contains_attribute_certs: false,
        };
        all.extend(extension(ISSUING_POINT, true, &encoded(&point)?)?);
    }
    // Only a full list says where its deltas are.
    if let (Some(url), None) = (list.delta_url, list.base) {
        let point = DistributionPoint {
            distribution_point: Some(at(url)?),
            reasons: None,
            crl_issuer: None,
        };
        let points = CrlDistributionPoints(vec![point]);
        all.extend(extension(FRESHEST_CRL, false, &encoded(&points)?)?);
    }
    Ok(asn1::element(
        EXTENSIONS,
        &asn1::element(asn1::SEQUENCE, &all),
    ))
}

fn at(url: &str) -> Result<DistributionPointName, IssueError> {
    let uri = der::asn1::Ia5String::new(url).map_err(|_| ProfileError::Validity)?;
    Ok(DistributionPointName::FullName(vec![
        GeneralName::UniformResourceIdentifier(uri),
    ]))
}

fn encoded(value: &impl Encode) -> Result<Vec<u8>, IssueError> {
    Ok(value.to_der().map_err(|_| ProfileError::Validity)?)
}

fn subject_key_id(ca: &X509Certificate<'_>) -> Option<Vec<u8>> {
    ca.iter_extensions()
        .find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::SubjectKeyIdentifier(id) => Some(id.0.to_vec()),
            _ => None,
        })
}
