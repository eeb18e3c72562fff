//! Generates key pairs on the token and reads them back before they are used.

use cryptoki::object::{Attribute, AttributeType, ObjectClass, ObjectHandle};

use super::attributes::{self, KeyAttributes};
use super::error::{ErrorClass, ErrorKind, Pkcs11Error};
use super::keys::spki;
use super::new_key::GENERATE;
pub use super::new_key::{NewKey, id_in_use};
use super::object::{find, read_bytes};
use super::public_key;
use super::session::Session;
use super::templates::generate_with_fallback;
use crate::algorithm::KeyAlgorithm;

const READ_BACK: &str = "read new key back";
const DESTROY: &str = "destroy key pair";

/// A key pair as read back from the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedKey {
    /// Public key, canonical DER SubjectPublicKeyInfo.
    pub spki_der: Vec<u8>,
    /// CKA_ID on the token (some tokens ignore the requested one).
    pub id: Vec<u8>,
    /// Attributes of the private key.
    pub attributes: KeyAttributes,
}

/// Generates a key pair on the token, for signing and verifying only, and reads it back. A pair whose private key is readable or
/// extractable, or that cannot be read back, is destroyed. Requires a logged-in session with write access.
///
/// # Errors
/// `Ambiguous` when the CKA_ID is taken, `WriteProtected`, `DeviceFull`, `Unsupported`, `NotLoggedIn`; `Untrustworthy`
/// when the pair was refused after reading it back ([`ErrorKind::UnsafeKey`] shows whether it was destroyed).
pub fn generate_key_pair(session: &Session, new_key: &NewKey) -> Result<GeneratedKey, Pkcs11Error> {
    if id_in_use(session, &new_key.id)? {
        let kind = ErrorKind::IdInUse(new_key.id.clone());
        return Err(Pkcs11Error::new(GENERATE, ErrorClass::Ambiguous, kind));
    }
    replace_key_pair(session, new_key)
}

/// Replaces the pair with this CKA_ID, on tokens that hold one pair per slot of their own: the old pair is destroyed when the new
/// one is generated, and stays if that fails.
///
/// # Errors
/// As [`generate_key_pair`], without `Ambiguous`.
pub fn replace_key_pair(session: &Session, new_key: &NewKey) -> Result<GeneratedKey, Pkcs11Error> {
    let (public, private) = generate_with_fallback(session, new_key)?;
    accept_or_destroy(session, new_key.algorithm, public, private)
}

/// Destroys the key pair with this CKA_ID, or the half of it that exists. Certificates stay.
///
/// # Errors
/// `NotFound` when neither half exists, `WriteProtected`, or another class of the token's error.
pub fn destroy_key_pair(session: &Session, id: &[u8]) -> Result<(), Pkcs11Error> {
    let same_id = [Attribute::Id(id.to_vec())];
    let mut objects = find(session, DESTROY, ObjectClass::PRIVATE_KEY, &same_id)?;
    objects.extend(find(session, DESTROY, ObjectClass::PUBLIC_KEY, &same_id)?);
    if objects.is_empty() {
        return Err(Pkcs11Error::new(
            DESTROY,
            ErrorClass::NotFound,
            ErrorKind::KeyNotFound,
        ));
    }
    for object in objects {
        session.call(DESTROY, |session| session.destroy_object(object))?;
    }
    Ok(())
}

/// Reads the pair back; destroys it if it is not as required or cannot be read.
pub(super) fn accept_or_destroy(
    session: &Session,
    algorithm: KeyAlgorithm,
    public: ObjectHandle,
    private: ObjectHandle,
) -> Result<GeneratedKey, Pkcs11Error> {
    let destroy = || {
        // Both are destroyed, even if the first attempt fails.
        let results = [private, public]
            .map(|object| session.call(DESTROY, |session| session.destroy_object(object)));
        results.iter().all(Result::is_ok)
    };
    match read_back(session, algorithm, public, private) {
        Ok(made) if made.attributes.confined() => Ok(made),
        Ok(made) => {
            let kind = ErrorKind::UnsafeKey {
                attributes: made.attributes,
                destroyed: destroy(),
            };
            Err(Pkcs11Error::new(READ_BACK, ErrorClass::Untrustworthy, kind))
        }
        Err(error) => {
            if !destroy() {
                tracing::warn!(%error, "a key pair that could not be read back is still on the token");
            }
            Err(error)
        }
    }
}

fn read_back(
    session: &Session,
    algorithm: KeyAlgorithm,
    public: ObjectHandle,
    private: ObjectHandle,
) -> Result<GeneratedKey, Pkcs11Error> {
    let untrustworthy = |kind| Pkcs11Error::new(READ_BACK, ErrorClass::Untrustworthy, kind);
    let key = public_key::of_object(session, public)?
        .ok_or_else(|| untrustworthy(ErrorKind::AttributeMissing("the public key")))?;
    if key.algorithm() != algorithm {
        return Err(untrustworthy(ErrorKind::WrongKey));
    }
    let id = read_bytes(session, READ_BACK, private, AttributeType::Id)?
        .ok_or_else(|| untrustworthy(ErrorKind::AttributeMissing("CKA_ID")))?;
    Ok(GeneratedKey {
        spki_der: spki(&key, READ_BACK)?,
        id,
        attributes: attributes::of_object(session, private)?,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use cryptoki::mechanism::Mechanism;

    use super::*;
    use crate::pkcs11::templates::{
        TemplateLevel, common_template, private_template, public_template,
    };
    use crate::pkcs11::tests::Fixture;

    /// A pair as a token that ignores its template would generate it.
    fn careless(session: &Session, private: &[Attribute]) -> (ObjectHandle, ObjectHandle) {
        let new_key = NewKey::with_random_id(KeyAlgorithm::EcP256, "careless").unwrap();
        let public = public_template(&new_key, TemplateLevel::Explicit).unwrap();
        let mut template = common_template(&new_key);
        template.extend_from_slice(private);
        session
            .call("test", |s| {
                s.generate_key_pair(&Mechanism::EccKeyPairGen, &public, &template)
            })
            .unwrap()
    }

    fn objects(session: &Session) -> usize {
        [ObjectClass::PRIVATE_KEY, ObjectClass::PUBLIC_KEY]
            .map(|class| find(session, "test", class, &[]).unwrap().len())
            .iter()
            .sum()
    }

    #[test]
    fn a_key_that_could_leave_is_destroyed() {
        let fixture = Fixture::new();
        let session = fixture.session();
        for loose in [
            [Attribute::Sensitive(true), Attribute::Extractable(true)],
            [Attribute::Sensitive(false), Attribute::Extractable(false)],
        ] {
            let (public, private) = careless(&session, &loose);
            let error =
                accept_or_destroy(&session, KeyAlgorithm::EcP256, public, private).unwrap_err();
            assert_eq!(error.class, ErrorClass::Untrustworthy);
            assert!(matches!(
                *error.kind,
                ErrorKind::UnsafeKey {
                    destroyed: true,
                    ..
                }
            ));
            assert_eq!(objects(&session), 0);
        }
    }

    #[test]
    fn another_kind_of_key_than_asked_for_is_destroyed() {
        let fixture = Fixture::new();
        let session = fixture.session();
        let kept = [Attribute::Sensitive(true), Attribute::Extractable(false)];
        let (public, private) = careless(&session, &kept);
        let error = accept_or_destroy(&session, KeyAlgorithm::EcP384, public, private).unwrap_err();
        assert!(matches!(*error.kind, ErrorKind::WrongKey));
        assert_eq!(objects(&session), 0);
    }

    /// SoftHSM2 accepts every template, and a key is readable unless the template forbids it.
    #[test]
    fn a_template_is_judged_by_the_key_that_the_token_makes() {
        let fixture = Fixture::new();
        let session = fixture.session();
        let make = |level| {
            let new_key = NewKey::with_random_id(KeyAlgorithm::EcP256, "level").unwrap();
            let public = public_template(&new_key, level).unwrap();
            let private = private_template(&new_key, level);
            let (public, private) = session
                .call("test", |s| {
                    s.generate_key_pair(&Mechanism::EccKeyPairGen, &public, &private)
                })
                .unwrap();
            accept_or_destroy(&session, KeyAlgorithm::EcP256, public, private)
        };
        make(TemplateLevel::Explicit).unwrap();
        for level in [TemplateLevel::WithoutProtection, TemplateLevel::Minimal] {
            let error = make(level).unwrap_err();
            assert!(matches!(
                *error.kind,
                ErrorKind::UnsafeKey {
                    destroyed: true,
                    ..
                }
            ));
        }
        assert_eq!(objects(&session), 2);
    }
}
