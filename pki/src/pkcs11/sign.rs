//! Signatures by a key on a token. Hashes on the host: tokens disagree about which hashing mechanisms they have.

use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsPssParams};
use cryptoki::mechanism::{Mechanism, MechanismType};
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::ecdsa;
use super::error::{ErrorClass, ErrorKind, Pkcs11Error};
use super::keys::PrivateKey;
use super::raw::RawFunctions;
use super::session::Session;
use crate::algorithm::{Hash, KeyAlgorithm, SignatureScheme};

const SIGN: &str = "sign";

/// DER of `DigestInfo` up to the hash itself (RFC 8017, 9.2, note 1).
const DIGEST_INFO_SHA256: [u8; 19] = digest_info(1, 32);
const DIGEST_INFO_SHA384: [u8; 19] = digest_info(2, 48);
const DIGEST_INFO_SHA512: [u8; 19] = digest_info(3, 64);

/// `arc` is the last number of 2.16.840.1.101.3.4.2.x.
const fn digest_info(arc: u8, length: u8) -> [u8; 19] {
    [
        0x30,
        17 + length,
        0x30,
        13,
        0x06,
        9,
        0x60,
        0x86,
        0x48,
        1,
        0x65,
        3,
        4,
        2,
        arc,
        0x05,
        0,
        0x04,
        length,
    ]
}

/// Signs a message. ECDSA signatures come as DER `ECDSA-Sig-Value`, RSA signatures as long as the modulus.
///
/// A key that asks for the PIN at each use gets the one given to [`Session::login`], once; on a reader with a keypad it
/// is asked for there.
///
/// # Errors
/// `Refused` when the scheme does not fit the key; `Unsupported` when the token has no such mechanism; `Untrustworthy`
/// when the signature cannot be one; the classes of lost sessions, tokens and libraries.
pub fn sign(
    session: &Session,
    key: &PrivateKey,
    scheme: SignatureScheme,
    message: &[u8],
) -> Result<Vec<u8>, Pkcs11Error> {
    if !scheme.fits(key.algorithm) {
        return Err(Pkcs11Error::new(
            SIGN,
            ErrorClass::Refused,
            ErrorKind::WrongScheme,
        ));
    }
    key.belongs_to(session, SIGN)?;
    let hash = hash(scheme.hash(), message);
    let (mechanism, input) = match scheme {
        SignatureScheme::EcdsaP256Sha256 | SignatureScheme::EcdsaP384Sha384 => {
            (Mechanism::Ecdsa, hash)
        }
        SignatureScheme::RsaPkcs1Sha256
        | SignatureScheme::RsaPkcs1Sha384
        | SignatureScheme::RsaPkcs1Sha512 => (
            Mechanism::RsaPkcs,
            [prefix(scheme.hash()).as_slice(), &hash].concat(),
        ),
        SignatureScheme::RsaPssSha256
        | SignatureScheme::RsaPssSha384
        | SignatureScheme::RsaPssSha512 => {
            (Mechanism::RsaPkcsPss(pss_parameters(scheme.hash())), hash)
        }
    };
    let functions = session.module().raw();
    let raw = sign_input(session, key, &mechanism, &input, functions)?;
    let malformed = || {
        Pkcs11Error::new(
            SIGN,
            ErrorClass::Untrustworthy,
            ErrorKind::MalformedSignature,
        )
    };
    match key.algorithm {
        KeyAlgorithm::EcP256 | KeyAlgorithm::EcP384 => {
            ecdsa::raw_to_der(&raw, key.algorithm.bits() / 8).ok_or_else(malformed)
        }
        KeyAlgorithm::Rsa2048 | KeyAlgorithm::Rsa3072 | KeyAlgorithm::Rsa4096 => {
            let complete = raw.len() == key.algorithm.bits() / 8;
            complete.then_some(raw).ok_or_else(malformed)
        }
    }
}

/// The schemes that the token's mechanisms and the key's type allow. Tokens without PSS are common.
///
/// # Errors
/// What `C_GetMechanismList` said.
pub fn schemes(
    session: &Session,
    algorithm: KeyAlgorithm,
) -> Result<Vec<SignatureScheme>, Pkcs11Error> {
    let mechanisms = session.mechanisms()?;
    let mut schemes = algorithm.schemes().to_vec();
    schemes.retain(|scheme| {
        let needed = match (algorithm.is_rsa(), scheme.is_pss()) {
            (false, _) => MechanismType::ECDSA,
            (true, false) => MechanismType::RSA_PKCS,
            (true, true) => MechanismType::RSA_PKCS_PSS,
        };
        mechanisms.contains(&needed)
    });
    Ok(schemes)
}

fn sign_input(
    session: &Session,
    key: &PrivateKey,
    mechanism: &Mechanism<'_>,
    input: &[u8],
    raw: Option<&RawFunctions>,
) -> Result<Vec<u8>, Pkcs11Error> {
    if key.always_authenticate {
        let pin_pad = !session.knows_pin() && session.token()?.pin_pad;
        session.call(SIGN, |session| session.sign_init(mechanism, key.handle))?;
        session.log_in_for_key(pin_pad)?;
    } else if raw.is_some() {
        session.call(SIGN, |session| session.sign_init(mechanism, key.handle))?;
    } else {
        return session.call(SIGN, |session| session.sign(mechanism, key.handle, input));
    }
    let Some(raw) = raw else {
        // Single-part mechanisms in two parts: more than the standard promises, and all the binding offers.
        return session.call(SIGN, |session| {
            session.sign_update(input)?;
            session.sign_final()
        });
    };
    session
        .call(SIGN, |session| Ok(raw.sign(session.handle(), input)))?
        .map_err(|code| Pkcs11Error::returned(SIGN, code, "C_Sign"))
}

fn hash(hash: Hash, message: &[u8]) -> Vec<u8> {
    match hash {
        Hash::Sha256 => Sha256::digest(message).to_vec(),
        Hash::Sha384 => Sha384::digest(message).to_vec(),
        Hash::Sha512 => Sha512::digest(message).to_vec(),
    }
}

const fn prefix(hash: Hash) -> [u8; 19] {
    match hash {
        Hash::Sha256 => DIGEST_INFO_SHA256,
        Hash::Sha384 => DIGEST_INFO_SHA384,
        Hash::Sha512 => DIGEST_INFO_SHA512,
    }
}

const fn pss_parameters(hash: Hash) -> PkcsPssParams {
    let (hash_alg, mgf, salt) = match hash {
        Hash::Sha256 => (MechanismType::SHA256, PkcsMgfType::MGF1_SHA256, 32),
        Hash::Sha384 => (MechanismType::SHA384, PkcsMgfType::MGF1_SHA384, 48),
        Hash::Sha512 => (MechanismType::SHA512, PkcsMgfType::MGF1_SHA512, 64),
    };
    PkcsPssParams {
        hash_alg,
        mgf,
        s_len: cryptoki::types::Ulong::new(salt),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use cryptoki::object::Attribute;

    use super::*;
    use crate::pkcs11::keys::find_private_key;
    use crate::pkcs11::public_key;
    use crate::pkcs11::tests::{Fixture, new_pair, verifies};
    use crate::secret::Pin;

    const SCHEME: SignatureScheme = SignatureScheme::EcdsaP256Sha256;

    /// A pair whose private key asks for the PIN at each use.
    fn asking(session: &Session) -> PrivateKey {
        let curve = crate::spki::curve_parameters(KeyAlgorithm::EcP256).unwrap();
        let common = [Attribute::Token(true), Attribute::Id(vec![9])];
        let public = [&common[..], &[Attribute::EcParams(curve)]].concat();
        let private = [
            &common[..],
            &[
                Attribute::Private(true),
                Attribute::AlwaysAuthenticate(true),
            ],
        ]
        .concat();
        let (public, _) = session
            .call("test", |s| {
                s.generate_key_pair(&Mechanism::EccKeyPairGen, &public, &private)
            })
            .unwrap();
        let key = public_key::of_object(session, public).unwrap().unwrap();
        find_private_key(session, &key.to_spki().unwrap()).unwrap()
    }

    #[test]
    fn a_key_that_asks_at_each_use_gets_the_pin_each_time() {
        let fixture = Fixture::new();
        let session = fixture.session();
        let key = asking(&session);
        assert!(key.always_authenticate);
        for message in [b"one", b"two"] {
            let signature = sign(&session, &key, SCHEME, message).unwrap();
            assert!(verifies(&key.spki_der, SCHEME, message, &signature));
        }
    }

    #[test]
    fn a_refused_pin_is_not_sent_to_the_key_again() {
        let fixture = Fixture::new();
        let session = fixture.session();
        let key = asking(&session);
        // Already logged in, so this PIN is not looked at until the key asks.
        session.login(&Pin::new("00000000")).unwrap();
        let error = sign(&session, &key, SCHEME, b"message").unwrap_err();
        assert_eq!(error.class, ErrorClass::PinIncorrect);
        assert!(!error.retry_ok());
        assert!(!session.knows_pin());
    }

    #[test]
    fn a_module_whose_functions_are_out_of_reach_signs_too() {
        let fixture = Fixture::new();
        let session = fixture.session();
        let made = new_pair(&session, KeyAlgorithm::EcP256, "key");
        let key = find_private_key(&session, &made.spki_der).unwrap();
        let hash = hash(Hash::Sha256, b"message");
        let raw = sign_input(&session, &key, &Mechanism::Ecdsa, &hash, None).unwrap();
        let signature = ecdsa::raw_to_der(&raw, 32).unwrap();
        assert!(verifies(&key.spki_der, SCHEME, b"message", &signature));
    }
}
