//! Extension values that rcgen does not build (RFC 5280 §4.2.1.4, §4.2.2.1).

use der::Encode;
use der::asn1::Ia5String;
use der::oid::ObjectIdentifier;
use rcgen::CustomExtension;
use x509_cert::ext::pkix::certpolicy::PolicyInformation;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{AccessDescription, AuthorityInfoAccessSyntax, CertificatePolicies};

const ID_PE_AUTHORITY_INFO_ACCESS: [u64; 9] = [1, 3, 6, 1, 5, 5, 7, 1, 1];
const ID_CE_CERTIFICATE_POLICIES: [u64; 4] = [2, 5, 29, 32];
const ID_AD_OCSP: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1");
const ID_AD_CA_ISSUERS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.2");

/// A value that cannot be encoded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExtensionError {
    /// A URL with characters outside IA5 (ASCII).
    #[error("URL is not ASCII: {0}")]
    Url(String),
    /// A text that is not an object identifier.
    #[error("not an object identifier: {0}")]
    Oid(String),
    /// DER refused the value.
    #[error("extension does not encode: {0}")]
    Encoding(String),
}

/// `authorityInfoAccess` with an OCSP responder and the issuer's certificate, either of them optional.
/// `None` when both are.
///
/// # Errors
/// [`ExtensionError::Url`] for a URL that is not ASCII.
pub fn authority_info_access(
    ocsp: Option<&str>,
    ca_issuers: Option<&str>,
) -> Result<Option<CustomExtension>, ExtensionError> {
    let mut methods = Vec::new();
    for (method, url) in [(ID_AD_OCSP, ocsp), (ID_AD_CA_ISSUERS, ca_issuers)] {
        let Some(url) = url else { continue };
        let uri = Ia5String::new(url).map_err(|_| ExtensionError::Url(url.to_owned()))?;
        methods.push(AccessDescription {
            access_method: method,
            access_location: GeneralName::UniformResourceIdentifier(uri),
        });
    }
    if methods.is_empty() {
        return Ok(None);
    }
    let value = encode(&AuthorityInfoAccessSyntax(methods))?;
    Ok(Some(CustomExtension::from_oid_content(
        &ID_PE_AUTHORITY_INFO_ACCESS,
        value,
    )))
}

/// `certificatePolicies` with one policy and no qualifiers.
///
/// # Errors
/// [`ExtensionError::Oid`].
pub fn certificate_policies(policy: &str) -> Result<CustomExtension, ExtensionError> {
    let oid = ObjectIdentifier::new(policy).map_err(|_| ExtensionError::Oid(policy.to_owned()))?;
    let information = PolicyInformation {
        policy_identifier: oid,
        policy_qualifiers: None,
    };
    let value = encode(&CertificatePolicies(vec![information]))?;
    Ok(CustomExtension::from_oid_content(
        &ID_CE_CERTIFICATE_POLICIES,
        value,
    ))
}

fn encode(value: &impl Encode) -> Result<Vec<u8>, ExtensionError> {
    value
        .to_der()
        .map_err(|e| ExtensionError::Encoding(e.to_string()))
}
