//! Key agreement (ECDH) by a key on a token, and keys that do nothing else.

use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::elliptic_curve::{EcKdf, Ecdh1DeriveParams};
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass};
use cryptoki::types::Ulong;
use zeroize::Zeroizing;

use super::error::{ErrorClass, ErrorKind, Pkcs11Error};
use super::generate::{GeneratedKey, accept_or_destroy};
use super::keys::{KeyPairInfo, PrivateKey, list_key_pairs};
use super::new_key::{GENERATE, NewKey};
use super::object::{find, read_bool, read_bytes};
use super::session::Session;
use super::templates::common_template;
use crate::algorithm::KeyAlgorithm;
use crate::officer::{AgreedSecret, ShareKeyPoint};
use crate::spki::curve_parameters;

const AGREE: &str = "agree on a secret";
const FIND: &str = "find key";

/// Generates a key pair on P-256 for key agreement only, and reads it back. A pair whose private key is readable or extractable, or
/// that cannot be read back, is destroyed. Requires a logged-in session with write access.
///
/// # Errors
/// As [`generate_key_pair`](super::generate::generate_key_pair).
pub fn generate_agreement_key(session: &Session, label: &str) -> Result<GeneratedKey, Pkcs11Error> {
    let algorithm = KeyAlgorithm::EcP256;
    let new_key = NewKey::with_random_id(algorithm, label)?;
    let parameters = curve_parameters(algorithm)
        .map_err(|error| Pkcs11Error::new(GENERATE, ErrorClass::Unsupported, error.into()))?;
    let mut public = common_template(&new_key);
    public.extend([
        Attribute::EcParams(parameters),
        Attribute::Private(false),
        Attribute::Verify(false),
    ]);
    let mut private = common_template(&new_key);
    private.extend([
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Derive(true),
        Attribute::Sign(false),
        Attribute::Decrypt(false),
        Attribute::Unwrap(false),
    ]);
    let (public, private) = session.call(GENERATE, |session| {
        session.generate_key_pair(&Mechanism::EccKeyPairGen, &public, &private)
    })?;
    accept_or_destroy(session, algorithm, public, private)
}

/// The key pairs on P-256 with this label whose private key agrees on secrets and does not sign.
///
/// # Errors
/// The token's error.
pub fn agreement_keys(session: &Session, label: &str) -> Result<Vec<KeyPairInfo>, Pkcs11Error> {
    let mut pairs = list_key_pairs(session)?;
    pairs.retain(|pair| pair.label == label && pair.algorithm == KeyAlgorithm::EcP256);
    let mut found = Vec::new();
    for pair in pairs {
        if only_agrees(session, &pair.id)? {
            found.push(pair);
        }
    }
    Ok(found)
}

fn only_agrees(session: &Session, id: &[u8]) -> Result<bool, Pkcs11Error> {
    let same_id = [Attribute::Id(id.to_vec())];
    let objects = find(session, FIND, ObjectClass::PRIVATE_KEY, &same_id)?;
    let [object] = objects.as_slice() else {
        return Ok(false);
    };
    let has = |attribute| read_bool(session, FIND, *object, attribute);
    Ok(has(AttributeType::Derive)? == Some(true) && has(AttributeType::Sign)? != Some(true))
}

/// Agrees on a secret with the holder of another key: `CKM_ECDH1_DERIVE` without a key derivation function. The token hands the
/// secret out as a session object, which is read once and destroyed.
///
/// # Errors
/// `Unsupported` when the token has no such mechanism, or does not hand the secret out; the classes of lost sessions, tokens and
/// libraries.
pub fn agree(
    session: &Session,
    key: &PrivateKey,
    peer: &ShareKeyPoint,
) -> Result<AgreedSecret, Pkcs11Error> {
    key.belongs_to(session, AGREE)?;
    let template = [
        Attribute::Class(ObjectClass::SECRET_KEY),
        Attribute::KeyType(KeyType::GENERIC_SECRET),
        Attribute::ValueLen(Ulong::new(32)),
        Attribute::Token(false),
        Attribute::Private(true),
        Attribute::Sensitive(false),
        Attribute::Extractable(true),
    ];
    let parameters = Ecdh1DeriveParams::new(EcKdf::null(), peer.as_bytes());
    let mechanism = Mechanism::Ecdh1Derive(parameters);
    let derived = session.call(AGREE, |session| {
        session.derive_key(&mechanism, key.handle, &template)
    })?;
    let value = read_bytes(session, AGREE, derived, AttributeType::Value);
    // It vanishes with the session, too.
    let _ = session.call(AGREE, |session| session.destroy_object(derived));
    let value = value?.map(Zeroizing::new);
    value
        .and_then(|value| AgreedSecret::new(&value))
        .ok_or_else(|| {
            let kind = ErrorKind::AttributeMissing("the agreed secret");
            Pkcs11Error::new(AGREE, ErrorClass::Unsupported, kind)
        })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use aws_lc_rs::agreement::{self, ECDH_P256, PrivateKey as SoftKey, UnparsedPublicKey};

    use super::*;
    use crate::pkcs11::generate::generate_key_pair;
    use crate::pkcs11::keys::find_private_key;
    use crate::pkcs11::sign::sign;
    use crate::pkcs11::tests::Fixture;

    const LABEL: &str = "share key";

    #[test]
    fn both_sides_agree_on_the_same_secret_and_nothing_stays_on_the_token() {
        let fixture = Fixture::new();
        let session = &fixture.session();
        let made = generate_agreement_key(session, LABEL).unwrap();
        assert!(made.attributes.confined());
        let key = find_private_key(session, &made.spki_der).unwrap();
        let other = SoftKey::generate(&ECDH_P256).unwrap();
        let peer = ShareKeyPoint::new(other.compute_public_key().unwrap().as_ref()).unwrap();
        let agreed = agree(session, &key, &peer).unwrap();
        let own = ShareKeyPoint::of_spki(&made.spki_der).unwrap();
        let own = UnparsedPublicKey::new(&ECDH_P256, own.as_bytes());
        let theirs = agreement::agree(&other, own, (), |s| Ok(AgreedSecret::new(s).unwrap()));
        assert_eq!(agreed.expose(), theirs.unwrap().expose());
        let left = find(session, "test", ObjectClass::SECRET_KEY, &[]).unwrap();
        assert!(left.is_empty(), "{left:?}");
    }

    #[test]
    fn a_share_key_does_not_sign_and_a_signing_key_is_no_share_key() {
        let fixture = Fixture::new();
        let session = &fixture.session();
        let signing = NewKey::with_random_id(KeyAlgorithm::EcP256, LABEL).unwrap();
        let signing = generate_key_pair(session, &signing).unwrap();
        assert!(agreement_keys(session, LABEL).unwrap().is_empty());
        let signing = find_private_key(session, &signing.spki_der).unwrap();
        let peer = SoftKey::generate(&ECDH_P256).unwrap();
        let peer = ShareKeyPoint::new(peer.compute_public_key().unwrap().as_ref()).unwrap();
        assert!(agree(session, &signing, &peer).is_err());

        let made = generate_agreement_key(session, LABEL).unwrap();
        let found = agreement_keys(session, LABEL).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].spki_der, made.spki_der);
        assert!(agreement_keys(session, "another").unwrap().is_empty());
        let key = find_private_key(session, &made.spki_der).unwrap();
        let scheme = crate::algorithm::SignatureScheme::EcdsaP256Sha256;
        assert!(sign(session, &key, scheme, b"message").is_err());
    }
}
