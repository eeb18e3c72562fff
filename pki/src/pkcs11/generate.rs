//! Key pairs made on the token, and read back before anybody relies on them.

use cryptoki::object::{Attribute, AttributeType, ObjectClass, ObjectHandle};

use super::attributes::{self, KeyAttributes};
use super::error::{ErrorClass, ErrorKind, Pkcs11Error};
use super::keys::spki;
use super::ladder::climb;
use super::object::{find, read_bytes};
use super::public_key;
use super::session::Session;
use crate::algorithm::KeyAlgorithm;

pub(super) const GENERATE: &str = "generate key pair";
const READ_BACK: &str = "read new key back";
const DESTROY: &str = "destroy key pair";

/// A key pair to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKey {
    /// Type.
    pub algorithm: KeyAlgorithm,
    /// Label of both objects.
    pub label: String,
    /// CKA_ID of both objects. Must be free; some tokens take a slot number in it.
    pub id: Vec<u8>,
}

impl NewKey {
    /// With 128 random bits as CKA_ID.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn with_random_id(
        algorithm: KeyAlgorithm,
        label: impl Into<String>,
    ) -> Result<Self, Pkcs11Error> {
        let mut id = vec![0_u8; 16];
        getrandom::fill(&mut id).map_err(|error| {
            let kind = ErrorKind::Binding(error.to_string());
            Pkcs11Error::new("choose a key id", ErrorClass::Refused, kind)
        })?;
        Ok(Self {
            algorithm,
            label: label.into(),
            id,
        })
    }
}

/// A key pair as read back from the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedKey {
    /// Public key, canonical DER SubjectPublicKeyInfo.
    pub spki_der: Vec<u8>,
    /// CKA_ID the token gave it (not every token takes the one asked for).
    pub id: Vec<u8>,
    /// How the private key is kept.
    pub attributes: KeyAttributes,
}

/// Makes a key pair on the token, for signing and verifying only, and reads it back. A pair whose private key can be read
/// or taken away, or that cannot be read back, is destroyed again. Needs a session with write access, logged in.
///
/// # Errors
/// `Ambiguous` when the CKA_ID is taken, `WriteProtected`, `DeviceFull`, `Unsupported`, `NotLoggedIn`; `Untrustworthy`
/// when the pair was refused after reading it back ([`ErrorKind::UnsafeKey`] says whether it could be removed).
pub fn generate_key_pair(session: &Session, new_key: &NewKey) -> Result<GeneratedKey, Pkcs11Error> {
    if id_in_use(session, &new_key.id)? {
        let kind = ErrorKind::IdInUse(new_key.id.clone());
        return Err(Pkcs11Error::new(GENERATE, ErrorClass::Ambiguous, kind));
    }
    replace_key_pair(session, new_key)
}

/// The same in the place of a pair with this CKA_ID, on tokens that keep one pair in each place: the old one goes when the
/// new one is made, and stays when none is.
///
/// # Errors
/// As [`generate_key_pair`], without `Ambiguous`.
pub fn replace_key_pair(session: &Session, new_key: &NewKey) -> Result<GeneratedKey, Pkcs11Error> {
    let (public, private) = climb(session, new_key)?;
    accept_or_destroy(session, new_key.algorithm, public, private)
}

/// True when a private or a public key has this CKA_ID: a pair, or the half that a break-off inside the token left.
///
/// # Errors
/// What the token says.
pub fn id_in_use(session: &Session, id: &[u8]) -> Result<bool, Pkcs11Error> {
    let same_id = [Attribute::Id(id.to_vec())];
    for class in [ObjectClass::PRIVATE_KEY, ObjectClass::PUBLIC_KEY] {
        if !find(session, GENERATE, class, &same_id)?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Destroys both halves of the pair with this CKA_ID, or the one that is there. Certificates stay.
///
/// # Errors
/// `NotFound` when there is neither half, `WriteProtected`, or what else the token says.
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

/// Reads the pair back; destroys it when it is not what it must be or cannot be read.
fn accept_or_destroy(
    session: &Session,
    algorithm: KeyAlgorithm,
    public: ObjectHandle,
    private: ObjectHandle,
) -> Result<GeneratedKey, Pkcs11Error> {
    let destroy = || {
        // Both are tried, whatever becomes of the first.
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
    use crate::pkcs11::ladder::{Rung, common_template, private_template, public_template};
    use crate::pkcs11::tests::Fixture;

    /// A pair as a token would make it that does not keep to what it was asked.
    fn careless(session: &Session, private: &[Attribute]) -> (ObjectHandle, ObjectHandle) {
        let new_key = NewKey::with_random_id(KeyAlgorithm::EcP256, "careless").unwrap();
        let public = public_template(&new_key, Rung::Explicit).unwrap();
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

    /// SoftHSM2 takes every template, and keeps a key readable unless told otherwise: so what came of each is read back.
    #[test]
    fn a_rung_is_only_as_good_as_what_the_token_makes_of_it() {
        let fixture = Fixture::new();
        let session = fixture.session();
        let make = |rung| {
            let new_key = NewKey::with_random_id(KeyAlgorithm::EcP256, "rung").unwrap();
            let public = public_template(&new_key, rung).unwrap();
            let private = private_template(&new_key, rung);
            let (public, private) = session
                .call("test", |s| {
                    s.generate_key_pair(&Mechanism::EccKeyPairGen, &public, &private)
                })
                .unwrap();
            accept_or_destroy(&session, KeyAlgorithm::EcP256, public, private)
        };
        make(Rung::Explicit).unwrap();
        for rung in [Rung::WithoutProtection, Rung::Minimal] {
            let error = make(rung).unwrap_err();
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
