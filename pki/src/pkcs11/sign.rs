//! Signatures by a key on a token. The host hashes, because tokens support different hashing mechanisms. If a token lacks the
//! usual mechanism, another one is used (see [`method`](super::method)).

use cryptoki::error::RvError;
use cryptoki::mechanism::Mechanism;

use super::error::{ErrorClass, ErrorKind, Pkcs11Error};
use super::keys::PrivateKey;
use super::method::{Method, SIGN};
use super::pin_halt::PinHalt;
use super::pin_state::PinState;
use super::raw::RawFunctions;
use super::session::Session;
use crate::algorithm::{KeyAlgorithm, SignatureScheme};
use crate::ecdsa;

/// Signs a message. ECDSA signatures come as DER `ECDSA-Sig-Value`, RSA signatures as long as the modulus.
///
/// A key that requires the PIN for each use gets the one of [`log_in`](super::login::log_in), once; on a PIN pad it is entered
/// there.
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
    let raw = by_any_method(session, key, scheme, message)?;
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

/// Signs by the first method that the token supports. Its mechanisms are listed only if it lacks the usual one.
fn by_any_method(
    session: &Session,
    key: &PrivateKey,
    scheme: SignatureScheme,
    message: &[u8],
) -> Result<Vec<u8>, Pkcs11Error> {
    let [usual, others @ ..] = Method::ALL;
    let by = |method: Method| {
        let (mechanism, input) = method.input(key.algorithm, scheme, message)?;
        sign_input(session, key, &mechanism, &input, session.module().raw())
    };
    // A token without context-specific login reports "unsupported" as well; no other method helps then.
    let lacks = |error: &Pkcs11Error| {
        error.class == ErrorClass::Unsupported && error.code() != Some(RvError::UserTypeInvalid)
    };
    let refused = match by(usual) {
        Err(error) if lacks(&error) => error,
        done => return done,
    };
    let mechanisms = session.mechanisms()?;
    for method in others {
        if !method.is_supported(&mechanisms, scheme) {
            continue;
        }
        match by(method) {
            Err(error) if lacks(&error) => {}
            done => return done,
        }
    }
    Err(refused)
}

/// The schemes that the token's mechanisms and the key's type allow. Tokens without PSS are common.
///
/// # Errors
/// The error of `C_GetMechanismList`.
pub fn schemes(
    session: &Session,
    algorithm: KeyAlgorithm,
) -> Result<Vec<SignatureScheme>, Pkcs11Error> {
    let mechanisms = session.mechanisms()?;
    let mut schemes = algorithm.schemes().to_vec();
    schemes.retain(|scheme| {
        let has = |method: &Method| method.is_supported(&mechanisms, *scheme);
        Method::ALL.iter().any(has)
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
        let token = session.token()?;
        if token.pin == PinState::Locked {
            return Err(Pkcs11Error::pin_withheld(SIGN, PinHalt::Locked));
        }
        let pin_pad = !session.knows_pin() && token.pin_pad;
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use cryptoki::object::Attribute;

    use super::*;
    use crate::pkcs11::keys::find_private_key;
    use crate::pkcs11::public_key;
    use crate::pkcs11::tests::{Fixture, log_in, new_pair, verifies};
    use crate::secret::Pin;

    const SCHEME: SignatureScheme = SignatureScheme::EcdsaP256Sha256;

    /// A pair whose private key requires the PIN for each use.
    fn key_with_pin_for_each_use(session: &Session) -> PrivateKey {
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
    fn a_key_that_requires_the_pin_for_each_use_gets_it_each_time() {
        let fixture = Fixture::new();
        let session = fixture.session();
        let key = key_with_pin_for_each_use(&session);
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
        let key = key_with_pin_for_each_use(&session);
        // Already logged in, so this PIN is not checked until the key requires it.
        log_in(&session, &Pin::new("00000000")).unwrap();
        let error = sign(&session, &key, SCHEME, b"message").unwrap_err();
        assert_eq!(error.class, ErrorClass::PinIncorrect);
        assert!(!error.retry_ok());
        assert!(!session.knows_pin());
    }

    #[test]
    fn a_module_without_raw_functions_signs_too() {
        let fixture = Fixture::new();
        let session = fixture.session();
        let made = new_pair(&session, KeyAlgorithm::EcP256, "key");
        let key = find_private_key(&session, &made.spki_der).unwrap();
        let usual = Method::Digest.input(key.algorithm, SCHEME, b"message");
        let (mechanism, hash) = usual.unwrap();
        let raw = sign_input(&session, &key, &mechanism, &hash, None).unwrap();
        let signature = ecdsa::raw_to_der(&raw, 32).unwrap();
        assert!(verifies(&key.spki_der, SCHEME, b"message", &signature));
    }

    #[test]
    fn every_supported_method_gives_a_signature_that_verifies() {
        let fixture = Fixture::new();
        let session = fixture.session();
        let made = new_pair(&session, KeyAlgorithm::Rsa2048, "key");
        let key = find_private_key(&session, &made.spki_der).unwrap();
        let mechanisms = session.mechanisms().unwrap();
        let mut seen = Vec::new();
        for scheme in KeyAlgorithm::Rsa2048.schemes() {
            for method in Method::ALL {
                if !method.is_supported(&mechanisms, *scheme) {
                    continue;
                }
                let (mechanism, input) = method.input(key.algorithm, *scheme, b"message").unwrap();
                let raw = session.module().raw();
                let signature = sign_input(&session, &key, &mechanism, &input, raw).unwrap();
                let fits = verifies(&made.spki_der, *scheme, b"message", &signature);
                assert!(fits, "{scheme:?} by {method:?}");
                seen.push(method);
            }
        }
        for method in Method::ALL {
            assert!(seen.contains(&method), "{method:?} was not tried");
        }
    }
}
