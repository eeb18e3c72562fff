//! How much is said about a key pair that is to be made: from the strictest template to the barest.
//!
//! Some tokens want it said that a key is sensitive, others refuse to be told. What came of it is read back in any case.

use cryptoki::error::RvError;
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, ObjectHandle};
use cryptoki::types::Ulong;

use super::error::{ErrorClass, Pkcs11Error};
use super::generate::{GENERATE, NewKey, id_in_use};
use super::session::Session;
use crate::spki::curve_parameters;

/// 65537: what every profile asks for.
const PUBLIC_EXPONENT: [u8; 3] = [1, 0, 1];

/// How much is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rung {
    SigningOnly,
    Explicit,
    WithoutProtection,
    Minimal,
}

/// Makes the pair with the first template that the token takes; public half first.
pub(super) fn climb(
    session: &Session,
    new_key: &NewKey,
) -> Result<(ObjectHandle, ObjectHandle), Pkcs11Error> {
    let mechanism = mechanism(new_key);
    let attempt = |rung| {
        let public = public_template(new_key, rung)?;
        let private = private_template(new_key, rung);
        session.call(GENERATE, |session| {
            session.generate_key_pair(&mechanism, &public, &private)
        })
    };
    let mut result = attempt(Rung::SigningOnly);
    for rung in [Rung::Explicit, Rung::WithoutProtection, Rung::Minimal] {
        match result {
            Err(error) if is_about_the_template(&error) => result = attempt(rung),
            // A vague complaint may come after the key was made: another one would be left over.
            Err(error) if leads_down_to(rung, &error) && !is_made(session, new_key)? => {
                result = attempt(rung);
            }
            settled => return settled,
        }
    }
    result.map_err(|error| refused_as_such(session, new_key, error))
}

/// A key that is larger than the token takes is not a wrong template, whatever the token called it. And where even the barest
/// template of an EC key is refused, there is nothing left in it to complain about but the curve.
fn refused_as_such(session: &Session, new_key: &NewKey, mut error: Pkcs11Error) -> Pkcs11Error {
    let largest = session.largest_key(mechanism(new_key).mechanism_type());
    let too_large = error.class == ErrorClass::Refused
        && largest.is_ok_and(|largest| largest < new_key.algorithm.bits());
    if too_large || is_about_the_curve(new_key, &error) {
        error.class = ErrorClass::Unsupported;
    }
    error
}

fn is_made(session: &Session, new_key: &NewKey) -> Result<bool, Pkcs11Error> {
    id_in_use(session, &new_key.id)
}

fn is_about_the_curve(new_key: &NewKey, error: &Pkcs11Error) -> bool {
    !new_key.algorithm.is_rsa() && is_about_the_template(error)
}

fn mechanism(new_key: &NewKey) -> Mechanism<'static> {
    if new_key.algorithm.is_rsa() {
        Mechanism::RsaPkcsKeyPairGen
    } else {
        Mechanism::EccKeyPairGen
    }
}

fn leads_down_to(rung: Rung, error: &Pkcs11Error) -> bool {
    // tpm2-pkcs11 has no better word for a key that is told what it must not do.
    let too_much_said =
        matches!(rung, Rung::Explicit) && error.code() == Some(RvError::GeneralError);
    too_much_said || is_about_the_template(error)
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

pub(super) fn public_template(new_key: &NewKey, rung: Rung) -> Result<Vec<Attribute>, Pkcs11Error> {
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
    match rung {
        Rung::SigningOnly | Rung::Explicit | Rung::WithoutProtection => {
            template.extend([Attribute::Private(false), Attribute::Verify(true)]);
        }
        Rung::Minimal => {}
    }
    Ok(template)
}

pub(super) fn private_template(new_key: &NewKey, rung: Rung) -> Vec<Attribute> {
    let mut template = common_template(new_key);
    if matches!(rung, Rung::SigningOnly) {
        // SoftHSM2, for one, takes what is not said as yes.
        template.extend([
            Attribute::Decrypt(false),
            Attribute::Unwrap(false),
            Attribute::Derive(false),
        ]);
    }
    match rung {
        Rung::SigningOnly | Rung::Explicit => template.extend([
            Attribute::Private(true),
            Attribute::Sign(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
        ]),
        Rung::WithoutProtection => {
            template.extend([Attribute::Private(true), Attribute::Sign(true)]);
        }
        Rung::Minimal => {}
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
    fn only_complaints_about_the_template_lead_down_the_ladder() {
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
        assert!(leads_down_to(Rung::Explicit, &vague));
        assert!(!leads_down_to(Rung::WithoutProtection, &vague));
    }
}
