//! Algorithm identifiers of cards.

use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::spki::PublicKey;

use super::error::PivError;
use super::tlv;

/// The card's identifier of a key type (SP 800-78-5, and Yubico's for the longer RSA keys).
pub(super) const fn number(algorithm: KeyAlgorithm) -> u8 {
    match algorithm {
        KeyAlgorithm::Rsa3072 => 0x05,
        KeyAlgorithm::Rsa2048 => 0x07,
        KeyAlgorithm::EcP256 => 0x11,
        KeyAlgorithm::EcP384 => 0x14,
        KeyAlgorithm::Rsa4096 => 0x16,
    }
}

/// The key type with this identifier.
pub(super) fn numbered(number: u8) -> Option<KeyAlgorithm> {
    KeyAlgorithm::ALL
        .into_iter()
        .find(|a| self::number(*a) == number)
}

/// Parses a public key in the card's format (`81` modulus and `82` exponent, or `86` point) into DER
/// SubjectPublicKeyInfo.
pub(super) fn public_key(algorithm: KeyAlgorithm, value: &[u8]) -> Result<Vec<u8>, PivError> {
    let malformed = PivError::malformed("public key");
    let part = |tag| tlv::find(value, tag).map_err(&malformed);
    let key = match (part(0x86)?, part(0x81)?, part(0x82)?) {
        (Some(point), None, None) => PublicKey::from_ec_point(algorithm, point).ok(),
        (None, Some(modulus), Some(exponent)) => PublicKey::from_rsa(modulus, exponent).ok(),
        _ => None,
    };
    key.filter(|key| key.algorithm() == algorithm)
        .and_then(|key| key.to_spki().ok())
        .ok_or(PivError::Malformed { what: "public key" })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn numbers_name_one_type_each() {
        for algorithm in KeyAlgorithm::ALL {
            assert_eq!(numbered(number(algorithm)), Some(algorithm));
        }
        assert_eq!(numbered(0x06), None, "RSA-1024 is no key for us");
    }

    #[test]
    fn public_keys_are_accepted_only_if_they_match_their_type() {
        let modulus = [&[0x80][..], &[0; 254], &[1]].concat();
        let rsa = [tlv::element(0x81, &modulus), tlv::element(0x82, &[1, 0, 1])].concat();
        assert!(public_key(KeyAlgorithm::Rsa2048, &rsa).is_ok());
        let wrong = Err(PivError::Malformed { what: "public key" });
        assert_eq!(public_key(KeyAlgorithm::Rsa3072, &rsa), wrong);
        assert_eq!(public_key(KeyAlgorithm::EcP256, &rsa), wrong);
        let off_the_curve = tlv::element(0x86, &[4; 65]);
        assert_eq!(public_key(KeyAlgorithm::EcP256, &off_the_curve), wrong);
        let both = [rsa, off_the_curve].concat();
        assert_eq!(public_key(KeyAlgorithm::Rsa2048, &both), wrong);
        assert_eq!(public_key(KeyAlgorithm::Rsa2048, &[]), wrong);
        assert_eq!(public_key(KeyAlgorithm::Rsa2048, &[0x81, 0x82]), wrong);
    }
}
