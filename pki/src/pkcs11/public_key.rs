//! Public keys from token objects, in every encoding that tokens use.

use cryptoki::object::{AttributeType, ObjectHandle};
use der::Decode;
use der::asn1::OctetStringRef;

use super::error::Pkcs11Error;
use super::object::read_bytes;
use super::session::Session;
use crate::algorithm::KeyAlgorithm;
use crate::spki::{PublicKey, SpkiError, bit_string_content, curve_named, uncompressed_length};

const OPERATION: &str = "read public key";

/// The public key of an object: CKA_PUBLIC_KEY_INFO if it can be read, else modulus and exponent, else curve and point. For public
/// key objects, and for private key objects with these attributes. `None` when the object has none of them or the type is not
/// supported.
pub(super) fn of_object(
    session: &Session,
    object: ObjectHandle,
) -> Result<Option<PublicKey>, Pkcs11Error> {
    let bytes = |attribute| read_bytes(session, OPERATION, object, attribute);
    if let Some(info) = bytes(AttributeType::PublicKeyInfo)?
        && let Ok(key) = PublicKey::from_spki(&info)
    {
        return Ok(Some(key));
    }
    if let (Some(modulus), Some(exponent)) = (
        bytes(AttributeType::Modulus)?,
        bytes(AttributeType::PublicExponent)?,
    ) {
        return Ok(PublicKey::from_rsa(&modulus, &exponent).ok());
    }
    if let (Some(parameters), Some(point)) = (
        bytes(AttributeType::EcParams)?,
        bytes(AttributeType::EcPoint)?,
    ) {
        return Ok(from_ec_attributes(&parameters, &point).ok());
    }
    Ok(None)
}

/// The key of CKA_EC_PARAMS and CKA_EC_POINT. The standard requires an OCTET STRING around the point; some tokens return it raw, some
/// in a BIT STRING. The length distinguishes these forms; compressed points are refused.
///
/// # Errors
/// [`SpkiError`]: an unsupported curve, a malformed point, or one that is not on the curve.
pub fn from_ec_attributes(parameters: &[u8], point: &[u8]) -> Result<PublicKey, SpkiError> {
    let algorithm = curve_named(parameters)?;
    let bare = bare_point(algorithm, point).ok_or(SpkiError::Malformed)?;
    PublicKey::from_ec_point(algorithm, &bare)
}

fn bare_point(algorithm: KeyAlgorithm, point: &[u8]) -> Option<Vec<u8>> {
    if point.len() == uncompressed_length(algorithm) {
        return Some(point.to_vec());
    }
    if let Ok(octets) = OctetStringRef::from_der(point) {
        return Some(octets.as_bytes().to_vec());
    }
    bit_string_content(point)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, KeyPair,
    };

    use super::*;

    const P256: [u8; 10] = [0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
    const P384: [u8; 7] = [0x06, 5, 0x2b, 0x81, 4, 0, 0x22];

    fn wrapped(prefix: &[u8], point: &[u8]) -> Vec<u8> {
        [prefix, point].concat()
    }

    #[test]
    fn a_point_is_read_in_all_three_forms() {
        let p256 = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        let p384 = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_ASN1_SIGNING).unwrap();
        for (parameters, point) in [
            (P256.as_slice(), p256.public_key().as_ref()),
            (P384.as_slice(), p384.public_key().as_ref()),
        ] {
            let length = u8::try_from(point.len()).unwrap();
            let key = from_ec_attributes(parameters, point).unwrap();
            assert_eq!(key.key_bits(), point);
            let octets = wrapped(&[4, length], point);
            assert_eq!(from_ec_attributes(parameters, &octets).unwrap(), key);
            let bits = wrapped(&[3, length + 1, 0], point);
            assert_eq!(from_ec_attributes(parameters, &bits).unwrap(), key);
        }
    }

    #[test]
    fn points_off_the_curve_and_of_other_curves_are_refused() {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        let mut point = pair.public_key().as_ref().to_vec();
        *point.last_mut().unwrap() ^= 1;
        assert_eq!(
            from_ec_attributes(&P256, &point),
            Err(SpkiError::NotOnCurve)
        );
        let good = pair.public_key().as_ref();
        assert_eq!(from_ec_attributes(&P384, good), Err(SpkiError::Malformed));
        let secp256k1 = [0x06, 5, 0x2b, 0x81, 4, 0, 0x0a];
        assert_eq!(
            from_ec_attributes(&secp256k1, good),
            Err(SpkiError::Unsupported)
        );
        for broken in [&[][..], &[4], &good[..64], &wrapped(good, &[0])] {
            assert_eq!(from_ec_attributes(&P256, broken), Err(SpkiError::Malformed));
        }
    }
}
