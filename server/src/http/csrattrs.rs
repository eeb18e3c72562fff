//! The response of EST `csrattrs` (RFC 7030, 4.5.2): which keys this bank accepts.
//!
//! `CsrAttrs ::= SEQUENCE OF AttrOrOID`; for each type of key one attribute (type with its curve or size) and the
//! signature algorithm to use with it.

use der::Encode;
use der::asn1::{Any, SetOfVec};
use der::oid::db::rfc5912::{ID_EC_PUBLIC_KEY, RSA_ENCRYPTION, SECP_256_R_1, SECP_384_R_1};
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::x509::assemble::signature_algorithm;
use x509_cert::attr::Attribute;

/// DER of the attributes, preferred type of key first.
///
/// # Errors
/// The attributes do not encode; with these types of key this does not happen.
pub fn encode(algorithms: &[KeyAlgorithm]) -> Result<Vec<u8>, der::Error> {
    let mut signatures = Vec::new();
    let mut all = Vec::new();
    for &algorithm in algorithms {
        let (oid, value) = match algorithm {
            KeyAlgorithm::EcP256 => (ID_EC_PUBLIC_KEY, Any::encode_from(&SECP_256_R_1)?),
            KeyAlgorithm::EcP384 => (ID_EC_PUBLIC_KEY, Any::encode_from(&SECP_384_R_1)?),
            KeyAlgorithm::Rsa2048 | KeyAlgorithm::Rsa3072 | KeyAlgorithm::Rsa4096 => (
                RSA_ENCRYPTION,
                Any::encode_from(&(algorithm.bits() as u64))?,
            ),
        };
        let values = SetOfVec::try_from([value])?;
        all.push(Any::encode_from(&Attribute { oid, values })?);
        let signature = Any::encode_from(&signature_algorithm(algorithm).oid)?;
        if !signatures.contains(&signature) {
            signatures.push(signature);
        }
    }
    all.append(&mut signatures);
    all.to_der()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use KeyAlgorithm::{EcP256, EcP384, Rsa2048, Rsa3072, Rsa4096};

    #[test]
    fn http_csrattrs_of_one_curve() {
        // SEQUENCE { SEQUENCE { id-ecPublicKey, SET { secp256r1 } }, ecdsa-with-SHA256 }
        let expected =
            "3021 3015 06072a8648ce3d0201 310a 06082a8648ce3d030107 06082a8648ce3d040302";
        let made = hex::encode(encode(&[EcP256]).unwrap());
        assert_eq!(made, expected.replace(' ', ""));
    }

    #[test]
    fn http_csrattrs_of_every_key_type_name_each_signature_once() {
        let expected = "
            308183
            3015 06072a8648ce3d0201 310a 06082a8648ce3d030107
            3012 06072a8648ce3d0201 3107 06052b81040022
            3011 06092a864886f70d010101 3104 02020800
            3011 06092a864886f70d010101 3104 02020c00
            3011 06092a864886f70d010101 3104 02021000
            06082a8648ce3d040302 06082a8648ce3d040303 06092a864886f70d01010b
        ";
        let made = encode(&[EcP256, EcP384, Rsa2048, Rsa3072, Rsa4096]).unwrap();
        let expected: String = expected.split_whitespace().collect();
        assert_eq!(hex::encode(made), expected);
    }
}
