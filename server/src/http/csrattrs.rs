//! The answer of EST `csrattrs` (RFC 7030, 4.5.2): which keys this bank takes.
//!
//! `CsrAttrs ::= SEQUENCE OF AttrOrOID`; for each kind of key one attribute (type
//! of key with its curve or size) and the signature algorithm to use with it.

use inkan_pki::algorithm::KeyAlgorithm;

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const INTEGER: u8 = 0x02;
const OID: u8 = 0x06;

// Contents of the OBJECT IDENTIFIERs.
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const SECP256R1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const SECP384R1: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const ECDSA_WITH_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const ECDSA_WITH_SHA384: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03];
const SHA256_WITH_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];

/// DER of the attributes, preferred kind of key first.
pub fn encode(algorithms: &[KeyAlgorithm]) -> Vec<u8> {
    let mut signatures: Vec<&[u8]> = Vec::new();
    let mut content = Vec::new();
    for algorithm in algorithms {
        let (kind, value, signature) = match algorithm {
            KeyAlgorithm::EcP256 => (EC_PUBLIC_KEY, tlv(OID, SECP256R1), ECDSA_WITH_SHA256),
            KeyAlgorithm::EcP384 => (EC_PUBLIC_KEY, tlv(OID, SECP384R1), ECDSA_WITH_SHA384),
            KeyAlgorithm::Rsa2048 => (RSA_ENCRYPTION, bits(2048), SHA256_WITH_RSA),
            KeyAlgorithm::Rsa3072 => (RSA_ENCRYPTION, bits(3072), SHA256_WITH_RSA),
            KeyAlgorithm::Rsa4096 => (RSA_ENCRYPTION, bits(4096), SHA256_WITH_RSA),
        };
        let attribute = [tlv(OID, kind), tlv(SET, &value)].concat();
        content.extend(tlv(SEQUENCE, &attribute));
        if !signatures.contains(&signature) {
            signatures.push(signature);
        }
    }
    for signature in signatures {
        content.extend(tlv(OID, signature));
    }
    tlv(SEQUENCE, &content)
}

/// All sizes used are below 2^15: two content octets, no sign.
fn bits(size: u16) -> Vec<u8> {
    tlv(INTEGER, &size.to_be_bytes())
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(content.len())
        .unwrap_or(u16::MAX)
        .to_be_bytes();
    let mut out = match (high, low) {
        (0, 0..=0x7f) => vec![tag, low],
        (0, _) => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    out.extend_from_slice(content);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use KeyAlgorithm::{EcP256, EcP384, Rsa2048, Rsa3072, Rsa4096};

    #[test]
    fn http_csrattrs_of_one_curve() {
        let expected = [
            &[SEQUENCE, 33, SEQUENCE, 21, OID, 7][..],
            EC_PUBLIC_KEY,
            &[SET, 10, OID, 8],
            SECP256R1,
            &[OID, 8],
            ECDSA_WITH_SHA256,
        ];
        assert_eq!(encode(&[EcP256]), expected.concat());
    }

    #[test]
    fn http_csrattrs_long_lengths_and_each_signature_once() {
        let all = encode(&[EcP256, EcP384, Rsa2048, Rsa3072, Rsa4096]);
        assert_eq!(all[..2], [SEQUENCE, 0x81]);
        assert_eq!(usize::from(all[2]), all.len() - 3);
        let count = |oid: &[u8]| all.windows(oid.len()).filter(|w| *w == oid).count();
        assert_eq!(count(SHA256_WITH_RSA), 1);
        assert_eq!(count(RSA_ENCRYPTION), 3);
        assert_eq!(count(&[INTEGER, 2, 0x10, 0x00]), 1);
    }
}
