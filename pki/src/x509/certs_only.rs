//! PKCS#7 "certs-only": degenerate SignedData without content or signers (RFC 5652 §5, RFC 7030 §4.1.3).

use cms::cert::CertificateChoices;
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{CertificateSet, EncapsulatedContentInfo, SignedData, SignerInfos};
use der::asn1::SetOfVec;
use der::oid::ObjectIdentifier;
use der::{Any, Decode, Encode};
use x509_cert::Certificate;

const ID_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const ID_SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");

/// Most certificates accepted in one response.
pub const MAX_CERTIFICATES: usize = 8;

/// A PKCS#7 that is not certs-only.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertsOnlyError {
    /// Not DER, truncated, or with trailing bytes.
    #[error("PKCS#7 does not parse: {0}")]
    Malformed(String),
    /// Another content type, or content or signers inside.
    #[error("PKCS#7 is not a certs-only message")]
    NotCertsOnly,
    /// More than [`MAX_CERTIFICATES`].
    #[error("PKCS#7 has more than {MAX_CERTIFICATES} certificates")]
    TooMany,
}

impl From<der::Error> for CertsOnlyError {
    fn from(e: der::Error) -> Self {
        Self::Malformed(e.to_string())
    }
}

/// Wraps certificates (DER) for an EST response. DER sorts a SET, so the order is not kept.
///
/// # Errors
/// [`CertsOnlyError::Malformed`] when one is not a certificate.
pub fn encode(certificates: &[&[u8]]) -> Result<Vec<u8>, CertsOnlyError> {
    let mut set = SetOfVec::new();
    for der in certificates {
        set.insert(CertificateChoices::Certificate(Certificate::from_der(der)?))?;
    }
    let signed = SignedData {
        version: CmsVersion::V1,
        digest_algorithms: SetOfVec::default(),
        encap_content_info: EncapsulatedContentInfo {
            econtent_type: ID_DATA,
            econtent: None,
        },
        certificates: Some(CertificateSet(set)),
        crls: None,
        signer_infos: SignerInfos(SetOfVec::default()),
    };
    let info = ContentInfo {
        content_type: ID_SIGNED_DATA,
        content: Any::encode_from(&signed)?,
    };
    Ok(info.to_der()?)
}

/// The certificates (DER) of a certs-only message, in its order.
///
/// # Errors
/// [`CertsOnlyError`].
pub fn decode(der: &[u8]) -> Result<Vec<Vec<u8>>, CertsOnlyError> {
    let info = ContentInfo::from_der(der)?;
    if info.content_type != ID_SIGNED_DATA {
        return Err(CertsOnlyError::NotCertsOnly);
    }
    let signed: SignedData = info.content.decode_as()?;
    if signed.encap_content_info.econtent.is_some() || !signed.signer_infos.0.is_empty() {
        return Err(CertsOnlyError::NotCertsOnly);
    }
    let set = signed.certificates.ok_or(CertsOnlyError::NotCertsOnly)?;
    if set.0.len() > MAX_CERTIFICATES {
        return Err(CertsOnlyError::TooMany);
    }
    set.0
        .iter()
        .map(|choice| match choice {
            CertificateChoices::Certificate(c) => Ok(c.to_der()?),
            CertificateChoices::Other(_) => Err(CertsOnlyError::NotCertsOnly),
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn certificate(name: &str) -> Vec<u8> {
        rcgen::generate_simple_self_signed([name.to_owned()])
            .unwrap()
            .cert
            .der()
            .to_vec()
    }

    #[test]
    fn certificates_come_back() {
        let (a, b) = (certificate("a.example"), certificate("b.example"));
        let mut back = decode(&encode(&[&a, &b]).unwrap()).unwrap();
        back.sort();
        let mut given = vec![a, b];
        given.sort();
        assert_eq!(back, given);
    }

    #[test]
    fn cut_short_or_with_a_tail_is_refused() {
        let whole = encode(&[&certificate("a.example")]).unwrap();
        for cut in [0, 1, 10, whole.len() / 2, whole.len() - 1] {
            assert!(
                matches!(decode(&whole[..cut]), Err(CertsOnlyError::Malformed(_))),
                "{cut}"
            );
        }
        let mut tail = whole;
        tail.push(0);
        assert!(decode(&tail).is_err());
    }
}
