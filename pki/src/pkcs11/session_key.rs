//! Key pairs that vanish with their session (`CKA_TOKEN` false), to try what a token accepts and how fast it signs.
//!
//! Use a session without write access: then the token itself refuses to change what it keeps.

use cryptoki::object::{Attribute, ObjectHandle};

use super::error::{ErrorClass, ErrorKind, Pkcs11Error};
use super::keys::{PrivateKey, spki};
use super::new_key::{GENERATE, NewKey};
use super::public_key;
use super::session::Session;
use super::templates::{TemplateLevel, mechanism, private_template, public_template};
use crate::algorithm::KeyAlgorithm;

const DESTROY: &str = "destroy session key";
const LABEL: &str = "inkan probe";

/// A template for the private key, and whether the token generates a pair with it.
#[derive(Debug)]
pub struct TemplateTrial {
    /// What the template states, such as `CKA_SENSITIVE=true`, or `everything`, or `nothing`.
    pub template: &'static str,
    /// The token's answer. A pair that was generated is destroyed already.
    pub outcome: Result<(), Pkcs11Error>,
}

/// Generates a pair with the strictest template that the token accepts. It vanishes with the session.
///
/// # Errors
/// The answer to the last template: `Unsupported` and `Refused` where the token has no session keys or no such keys.
pub fn generate_session_key(
    session: &Session,
    algorithm: KeyAlgorithm,
) -> Result<SessionKey, Pkcs11Error> {
    let new_key = NewKey::with_random_id(algorithm, LABEL)?;
    let attempt = |level| generate(session, &new_key, level, private_template(&new_key, level));
    let mut made = attempt(TemplateLevel::SigningOnly);
    for level in [
        TemplateLevel::Explicit,
        TemplateLevel::WithoutProtection,
        TemplateLevel::Minimal,
    ] {
        match made {
            Err(error) if error.code().is_some() => {
                made = attempt(level);
            }
            _ => break,
        }
    }
    let (public, private) = made?;
    let key = describe(session, &new_key, public, private);
    if key.is_err() {
        destroy(session, public, private);
    }
    key
}

/// A pair in a session.
#[derive(Debug)]
pub struct SessionKey {
    public: ObjectHandle,
    /// For signing.
    pub private: PrivateKey,
}

impl SessionKey {
    /// Destroys it before the session ends.
    pub fn destroy(self, session: &Session) {
        destroy(session, self.public, self.private.handle);
    }
}

/// Tries the templates of new keys, whole and attribute by attribute.
///
/// # Errors
/// When the session ends, or the operating system returns no random bytes; refusals are in the result.
pub fn try_templates(
    session: &Session,
    algorithm: KeyAlgorithm,
) -> Result<Vec<TemplateTrial>, Pkcs11Error> {
    let new_key = NewKey::with_random_id(algorithm, LABEL)?;
    let minimal = || private_template(&new_key, TemplateLevel::Minimal);
    let strict = private_template(&new_key, TemplateLevel::SigningOnly);
    let with = |attribute| [minimal(), vec![attribute]].concat();
    let templates = [
        ("everything", strict),
        ("nothing", minimal()),
        ("CKA_PRIVATE=true", with(Attribute::Private(true))),
        ("CKA_SIGN=true", with(Attribute::Sign(true))),
        ("CKA_SENSITIVE=true", with(Attribute::Sensitive(true))),
        ("CKA_EXTRACTABLE=false", with(Attribute::Extractable(false))),
        ("CKA_DECRYPT=false", with(Attribute::Decrypt(false))),
        ("CKA_UNWRAP=false", with(Attribute::Unwrap(false))),
        ("CKA_DERIVE=false", with(Attribute::Derive(false))),
    ];
    let mut trials = Vec::with_capacity(templates.len());
    for (template, attributes) in templates {
        let level = if template == "everything" {
            TemplateLevel::SigningOnly
        } else {
            TemplateLevel::Minimal
        };
        let outcome = match generate(session, &new_key, level, attributes) {
            Ok((public, private)) => {
                destroy(session, public, private);
                Ok(())
            }
            Err(error) => {
                // A vague error may mean that the session is gone; then no other template helps.
                session.login_state()?;
                Err(error)
            }
        };
        trials.push(TemplateTrial { template, outcome });
    }
    Ok(trials)
}

fn generate(
    session: &Session,
    new_key: &NewKey,
    level: TemplateLevel,
    private: Vec<Attribute>,
) -> Result<(ObjectHandle, ObjectHandle), Pkcs11Error> {
    let public = in_session(public_template(new_key, level)?);
    let private = in_session(private);
    session.call(GENERATE, |session| {
        session.generate_key_pair(&mechanism(new_key), &public, &private)
    })
}

/// The same template for an object of the session.
fn in_session(mut template: Vec<Attribute>) -> Vec<Attribute> {
    for attribute in &mut template {
        if *attribute == Attribute::Token(true) {
            *attribute = Attribute::Token(false);
        }
    }
    template
}

fn describe(
    session: &Session,
    new_key: &NewKey,
    public: ObjectHandle,
    private: ObjectHandle,
) -> Result<SessionKey, Pkcs11Error> {
    let key = public_key::of_object(session, public)?
        .filter(|key| key.algorithm() == new_key.algorithm)
        .ok_or_else(|| {
            let kind = ErrorKind::AttributeMissing("the public key");
            Pkcs11Error::new(GENERATE, ErrorClass::Untrustworthy, kind)
        })?;
    Ok(SessionKey {
        public,
        private: PrivateKey {
            handle: private,
            origin: session.origin(),
            id: new_key.id.clone(),
            label: new_key.label.clone(),
            algorithm: new_key.algorithm,
            spki_der: spki(&key, GENERATE)?,
            always_authenticate: false,
        },
    })
}

/// What cannot be destroyed vanishes with the session.
fn destroy(session: &Session, public: ObjectHandle, private: ObjectHandle) {
    for object in [private, public] {
        if let Err(error) = session.call(DESTROY, |session| session.destroy_object(object)) {
            tracing::debug!(%error, "a session key stays until its session ends");
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use cryptoki::object::ObjectClass;

    use super::*;
    use crate::pkcs11::login::{PinOwner, log_in_once};
    use crate::pkcs11::object::find;
    use crate::pkcs11::session::Access;
    use crate::pkcs11::sign::sign;
    use crate::pkcs11::tests::Fixture;
    use crate::secret::Pin;

    #[test]
    fn nothing_is_left_and_the_session_cannot_write() {
        let fixture = Fixture::new();
        let session = Session::open(&fixture.module, &fixture.info(), Access::ReadOnly).unwrap();
        log_in_once(
            &session,
            PinOwner::User,
            &Pin::new(fixture.token.pin.as_str()),
        )
        .unwrap();
        let objects = || {
            [ObjectClass::PRIVATE_KEY, ObjectClass::PUBLIC_KEY]
                .map(|class| find(&session, "test", class, &[]).unwrap().len())
        };
        for algorithm in [KeyAlgorithm::EcP256, KeyAlgorithm::Rsa2048] {
            let key = generate_session_key(&session, algorithm).unwrap();
            assert_eq!(objects(), [1, 1]);
            sign(&session, &key.private, algorithm.default_scheme(), b"probe").unwrap();
            key.destroy(&session);
            assert_eq!(objects(), [0, 0]);
        }
        let trials = try_templates(&session, KeyAlgorithm::EcP256).unwrap();
        assert_eq!(trials.len(), 9);
        assert!(trials.iter().all(|trial| trial.outcome.is_ok()));
        assert_eq!(objects(), [0, 0]);
        // The same template for an object on the token is refused by this session.
        let new_key = NewKey::with_random_id(KeyAlgorithm::EcP256, LABEL).unwrap();
        let level = TemplateLevel::Explicit;
        let public = public_template(&new_key, level).unwrap();
        let kept = session.call("test", |session| {
            session.generate_key_pair(
                &mechanism(&new_key),
                &public,
                &private_template(&new_key, level),
            )
        });
        assert!(kept.is_err());
    }
}
