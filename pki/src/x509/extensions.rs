//! Extensions that the ceremony and the CA both write (RFC 5280 §4.2.1.4, §4.2.2.1).

use der::Encode;
use der::asn1::{Ia5String, OctetString};
use der::oid::ObjectIdentifier;
use der::oid::db::rfc5280::{
    ID_AD_CA_ISSUERS, ID_AD_OCSP, ID_CE_CERTIFICATE_POLICIES, ID_PE_AUTHORITY_INFO_ACCESS,
};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::certpolicy::PolicyInformation;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{AccessDescription, AuthorityInfoAccessSyntax, CertificatePolicies};

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
    Encoding(#[from] der::Error),
}

/// An extension with this value.
///
/// # Errors
/// The value does not encode.
pub fn extension(
    oid: ObjectIdentifier,
    critical: bool,
    value: &impl Encode,
) -> Result<Extension, der::Error> {
    Ok(Extension {
        extn_id: oid,
        critical,
        extn_value: OctetString::new(value.to_der()?)?,
    })
}

/// `authorityInfoAccess` with an OCSP responder and the issuer's certificate, either of them optional.
/// `None` when both are.
///
/// # Errors
/// [`ExtensionError::Url`] for a URL that is not ASCII.
pub fn authority_info_access(
    ocsp: Option<&str>,
    ca_issuers: Option<&str>,
) -> Result<Option<Extension>, ExtensionError> {
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
    let value = AuthorityInfoAccessSyntax(methods);
    Ok(Some(extension(ID_PE_AUTHORITY_INFO_ACCESS, false, &value)?))
}

/// `certificatePolicies` with one policy and no qualifiers.
///
/// # Errors
/// [`ExtensionError::Oid`].
pub fn certificate_policies(policy: &str) -> Result<Extension, ExtensionError> {
    let oid = ObjectIdentifier::new(policy).map_err(|_| ExtensionError::Oid(policy.to_owned()))?;
    let value = CertificatePolicies(vec![PolicyInformation {
        policy_identifier: oid,
        policy_qualifiers: None,
    }]);
    Ok(extension(ID_CE_CERTIFICATE_POLICIES, false, &value)?)
}
