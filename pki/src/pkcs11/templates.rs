//! Templates for new key pairs, from the strictest to the minimal one.
//!
//! Some tokens require CKA_SENSITIVE and its companions in the template, others refuse them. The key is read back in either case.

use cryptoki::error::RvError;
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, ObjectHandle};
use cryptoki::types::Ulong;

use super::error::{ErrorClass, Pkcs11Error};
use super::new_key::{GENERATE, NewKey, id_in_use};
use super::session::Session;
use crate::spki::curve_parameters;

/// 65537, as every profile requires.
const PUBLIC_EXPONENT: [u8; 3] = [1, 0, 1];

/// How much a template states.
#[derive(Debug, Clone, Copy)]
pub(super) enum TemplateLevel {
    SigningOnly,
    Explicit,
    WithoutProtection,
    Minimal,
}

/// Generates the pair with the first template that the token accepts; returns the public key first.
pub(super) fn generate_with_fallback(
    session: &Session,
    new_key: &NewKey,
) -> Result<(ObjectHandle, ObjectHandle), Pkcs11Error> {
    let mechanism = mechanism(new_key);
    let attempt = |level| {
        let public = public_template(new_key, level)?;
        let private = private_template(new_key, level);
        session.call(GENERATE, |session| {
            session.generate_key_pair(&mechanism, &public, &private)
        })
    };
    let mut result = attempt(TemplateLevel::SigningOnly);
    for level in [
        TemplateLevel::Explicit,
        TemplateLevel::WithoutProtection,
        TemplateLevel::Minimal,
    ] {
        match result {
            Err(error) if is_about_the_template(&error) => result = attempt(level),
            // A vague error may come after the key was made: the next attempt would leave a second one.
            Err(error) if permits_fallback_to(level, &error) && !was_made(session, new_key)? => {
                result = attempt(level);
            }
            settled => return settled,
        }
    }
    result.map_err(|error| as_unsupported(session, new_key, error))
}

/// A key that is larger than the token supports is not a wrong template, whatever the token returned. And where a token refuses
/// even the minimal template of an EC key, the curve is all that is left to refuse.
fn as_unsupported(session: &Session, new_key: &NewKey, mut error: Pkcs11Error) -> Pkcs11Error {
    let largest = session.largest_key(mechanism(new_key).mechanism_type());
    let too_large = error.class == ErrorClass::Refused
        && largest.is_ok_and(|largest| largest < new_key.algorithm.bits());
    if too_large || is_about_the_curve(new_key, &error) {
        error.class = ErrorClass::Unsupported;
    }
    error
}

fn was_made(session: &Session, new_key: &NewKey) -> Result<bool, Pkcs11Error> {
    id_in_use(session, &new_key.id)
}

fn is_about_the_curve(new_key: &NewKey, error: &Pkcs11Error) -> bool {
    !new_key.algorithm.is_rsa() && is_about_the_template(error)
}

pub(super) fn mechanism(new_key: &NewKey) -> Mechanism<'static> {
    if new_key.algorithm.is_rsa() {
        Mechanism::RsaPkcsKeyPairGen
    } else {
        Mechanism::EccKeyPairGen
    }
}

fn permits_fallback_to(level: TemplateLevel, error: &Pkcs11Error) -> bool {
    // tpm2-pkcs11 returns this for attributes that forbid something.
    let too_strict =
        matches!(level, TemplateLevel::Explicit) && error.code() == Some(RvError::GeneralError);
    too_strict || is_about_the_template(error)
}

fn is_about_the_template(error: &Pkcs11Error) -> bool {
    matches!(
        error.code(),
        Some(
            RvError::AttributeReadOnly
                | RvError::AttributeTypeInvalid
                | RvError::AttributeValueInvalid
                | RvError::TemplateIncomplete
                | RvError::TemplateInconsistent
                | RvError::ArgumentsBad
                | RvError::ActionProhibited
        )
    )
}

pub(super) fn public_template(
    new_key: &NewKey,
    level: TemplateLevel,
) -> Result<Vec<Attribute>, Pkcs11Error> {
    let mut template = common_template(new_key);
    if new_key.algorithm.is_rsa() {
        // At most 4096, so it fits whatever CK_ULONG is.
        template.push(Attribute::ModulusBits(Ulong::new(
            new_key.algorithm.bits() as _
        )));
        template.push(Attribute::PublicExponent(PUBLIC_EXPONENT.to_vec()));
    } else {
        let parameters = curve_parameters(new_key.algorithm)
            .map_err(|error| Pkcs11Error::new(GENERATE, ErrorClass::Unsupported, error.into()))?;
        template.push(Attribute::EcParams(parameters));
    }
    match level {
        TemplateLevel::SigningOnly | TemplateLevel::Explicit | TemplateLevel::WithoutProtection => {
            template.extend([Attribute::Private(false), Attribute::Verify(true)]);
        }
        TemplateLevel::Minimal => {}
    }
    Ok(template)
}

pub(super) fn private_template(new_key: &NewKey, level: TemplateLevel) -> Vec<Attribute> {
    let mut template = common_template(new_key);
    if matches!(level, TemplateLevel::SigningOnly) {
        // SoftHSM2, for one, allows whatever the template does not forbid.
        template.extend([
            Attribute::Decrypt(false),
            Attribute::Unwrap(false),
            Attribute::Derive(false),
        ]);
    }
    match level {
        TemplateLevel::SigningOnly | TemplateLevel::Explicit => template.extend([
            Attribute::Private(true),
            Attribute::Sign(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
        ]),
        TemplateLevel::WithoutProtection => {
            template.extend([Attribute::Private(true), Attribute::Sign(true)]);
        }
        TemplateLevel::Minimal => {}
    }
    template
}

pub(super) fn common_template(new_key: &NewKey) -> Vec<Attribute> {
    vec![
        Attribute::Token(true),
        Attribute::Label(new_key.label.as_bytes().to_vec()),
        Attribute::Id(new_key.id.clone()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algorithm::KeyAlgorithm;

    #[test]
    fn only_template_errors_lead_to_a_fallback() {
        let returned = |code| Pkcs11Error::returned(GENERATE, code, "C_GenerateKeyPair");
        assert!(is_about_the_template(&returned(
            RvError::TemplateInconsistent
        )));
        for code in [
            RvError::SessionReadOnly,
            RvError::UserNotLoggedIn,
            RvError::DeviceMemory,
            RvError::DeviceError,
        ] {
            assert!(!is_about_the_template(&returned(code)), "{code:?}");
        }
        let new_key = |algorithm| NewKey::with_random_id(algorithm, "key");
        let curve = new_key(KeyAlgorithm::EcP384);
        assert!(curve.is_ok_and(|key| {
            let unknown = returned(RvError::AttributeValueInvalid);
            is_about_the_curve(&key, &unknown)
                && !is_about_the_curve(&key, &returned(RvError::DeviceError))
        }));
        let vague = returned(RvError::GeneralError);
        assert!(permits_fallback_to(TemplateLevel::Explicit, &vague));
        assert!(!permits_fallback_to(
            TemplateLevel::WithoutProtection,
            &vague
        ));
    }
}
