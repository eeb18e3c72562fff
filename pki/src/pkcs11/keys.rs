//! Finds keys: public key → CKA_ID → private key. A label is for display; it proves nothing.

use std::collections::{HashMap, HashSet};

use cryptoki::object::{Attribute, AttributeType, ObjectClass, ObjectHandle};

use super::certificate;
use super::error::{ErrorClass, ErrorKind, Pkcs11Error};
use super::object::{find, read_bool, read_bytes, read_label};
use super::public_key;
use super::session::{LoginState, Origin, Session};
use crate::algorithm::KeyAlgorithm;
use crate::spki::PublicKey;

const FIND: &str = "find key";
const LIST: &str = "list keys";

/// A private key object, valid in every session with its token until the library is re-initialised.
#[derive(Debug, Clone)]
pub struct PrivateKey {
    pub(super) handle: ObjectHandle,
    /// The token and library generation of the handle. After a re-initialisation the same number may denote another key.
    pub(super) origin: Origin,
    /// CKA_ID; the certificate carries the same.
    pub id: Vec<u8>,
    /// Label.
    pub label: String,
    /// Type.
    pub algorithm: KeyAlgorithm,
    /// Its public key, canonical DER SubjectPublicKeyInfo.
    pub spki_der: Vec<u8>,
    /// Requires the PIN for each use.
    pub always_authenticate: bool,
}

impl PrivateKey {
    /// Refuses a handle that may denote another key in this session.
    pub(super) fn belongs_to(
        &self,
        session: &Session,
        operation: &'static str,
    ) -> Result<(), Pkcs11Error> {
        if self.origin == session.origin() {
            return Ok(());
        }
        let kind = ErrorKind::StaleKey;
        Err(Pkcs11Error::new(operation, ErrorClass::SessionLost, kind))
    }
}

/// A key pair on a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPairInfo {
    /// Label of the private key.
    pub label: String,
    /// CKA_ID.
    pub id: Vec<u8>,
    /// Type.
    pub algorithm: KeyAlgorithm,
    /// Public key, canonical DER SubjectPublicKeyInfo.
    pub spki_der: Vec<u8>,
    /// The private key requires the PIN for each use.
    pub always_authenticate: bool,
}

/// The private key that belongs to this public key. Found by a public key object, else by a certificate, else by the attributes of
/// the private key objects. Log in first: private keys are hidden until then.
///
/// # Errors
/// `NotFound`; `NotLoggedIn` when not found and nobody is logged in; `Ambiguous` when several private keys share the
/// CKA_ID and cannot be distinguished; `Refused` when `spki_der` is not a supported public key.
pub fn find_private_key(session: &Session, spki_der: &[u8]) -> Result<PrivateKey, Pkcs11Error> {
    let wanted = PublicKey::from_spki(spki_der)
        .map_err(|error| Pkcs11Error::new(FIND, ErrorClass::Refused, error.into()))?;
    let mut candidates = Vec::new();
    for id in ids_of(session, &wanted)? {
        candidates.extend(find(
            session,
            FIND,
            ObjectClass::PRIVATE_KEY,
            &[Attribute::Id(id)],
        )?);
    }
    if candidates.is_empty() {
        for object in find(session, FIND, ObjectClass::PRIVATE_KEY, &[])? {
            if public_key::of_object(session, object)?.as_ref() == Some(&wanted) {
                candidates.push(object);
            }
        }
    }
    if candidates.len() > 1 {
        // Several keys share the CKA_ID: keep those that may belong to this public key.
        let mut fitting = Vec::new();
        for object in candidates {
            if public_key::of_object(session, object)?.is_none_or(|key| key == wanted) {
                fitting.push(object);
            }
        }
        candidates = fitting;
    }
    describe(session, only_one(session, &candidates)?, &wanted)
}

/// The private key with this label.
///
/// # Errors
/// As [`find_private_key`]; `Ambiguous` when several keys have the label; `Untrustworthy` when the token does not hold its public key.
pub fn find_private_key_by_label(
    session: &Session,
    label: &str,
) -> Result<PrivateKey, Pkcs11Error> {
    let label = Attribute::Label(label.as_bytes().to_vec());
    let found = find(session, FIND, ObjectClass::PRIVATE_KEY, &[label])?;
    let object = only_one(session, &found)?;
    let id = read_bytes(session, FIND, object, AttributeType::Id)?.unwrap_or_default();
    let public =
        public_of(session, object, &id, &mut PublicKeysById::default())?.ok_or_else(|| {
            let kind = ErrorKind::AttributeMissing("the public key");
            Pkcs11Error::new(FIND, ErrorClass::Untrustworthy, kind)
        })?;
    describe(session, object, &public)
}

/// Every key pair whose private key is on the token and whose public key can be determined. Keys of unsupported types are skipped.
///
/// # Errors
/// Errors of the token.
pub fn list_key_pairs(session: &Session) -> Result<Vec<KeyPairInfo>, Pkcs11Error> {
    let mut pairs = Vec::new();
    let mut known = PublicKeysById::default();
    for object in find(session, LIST, ObjectClass::PRIVATE_KEY, &[])? {
        let id = read_bytes(session, LIST, object, AttributeType::Id)?.unwrap_or_default();
        if let Some(public) = public_of(session, object, &id, &mut known)? {
            pairs.push(KeyPairInfo {
                label: read_label(session, LIST, object)?,
                id,
                algorithm: public.algorithm(),
                spki_der: spki(&public, LIST)?,
                always_authenticate: read_bool(
                    session,
                    LIST,
                    object,
                    AttributeType::AlwaysAuthenticate,
                )?
                .unwrap_or(false),
            });
        }
    }
    Ok(pairs)
}

/// Every public key that is an object on the token, as canonical DER SubjectPublicKeyInfo. Needs no login, and proves nothing about
/// private keys. Keys of unsupported types are skipped.
///
/// # Errors
/// Errors of the token.
pub fn list_public_keys(session: &Session) -> Result<Vec<Vec<u8>>, Pkcs11Error> {
    let mut keys = Vec::new();
    for object in find(session, LIST, ObjectClass::PUBLIC_KEY, &[])? {
        if let Some(key) = public_key::of_object(session, object)? {
            keys.push(spki(&key, LIST)?);
        }
    }
    Ok(keys)
}

/// Label and CKA_ID of each public key without a private key, as an interruption inside the token leaves it. Empty while nobody is
/// logged in, because private keys are hidden then.
///
/// # Errors
/// Errors of the token.
pub fn orphan_public_keys(session: &Session) -> Result<Vec<(String, Vec<u8>)>, Pkcs11Error> {
    if session.login_state()? != LoginState::User && session.token()?.login_required {
        return Ok(Vec::new());
    }
    let mut private_ids = HashSet::new();
    for object in find(session, LIST, ObjectClass::PRIVATE_KEY, &[])? {
        private_ids.extend(read_bytes(session, LIST, object, AttributeType::Id)?);
    }
    let mut orphans = Vec::new();
    for object in find(session, LIST, ObjectClass::PUBLIC_KEY, &[])? {
        let Some(id) = read_bytes(session, LIST, object, AttributeType::Id)? else {
            continue;
        };
        if !private_ids.contains(&id) {
            orphans.push((read_label(session, LIST, object)?, id));
        }
    }
    Ok(orphans)
}

/// CKA_IDs under which the public key is known on the token.
fn ids_of(session: &Session, wanted: &PublicKey) -> Result<Vec<Vec<u8>>, Pkcs11Error> {
    let mut ids = Vec::new();
    for object in find(session, FIND, ObjectClass::PUBLIC_KEY, &[])? {
        if public_key::of_object(session, object)?.as_ref() == Some(wanted) {
            ids.extend(read_bytes(session, FIND, object, AttributeType::Id)?);
        }
    }
    if ids.is_empty() {
        // Cards often hold the certificate and the private key only.
        for certificate in certificate::list_certificates(session)? {
            if certificate.public_key().as_ref() == Some(wanted) && !certificate.id.is_empty() {
                ids.push(certificate.id);
            }
        }
    }
    ids.sort();
    ids.dedup();
    Ok(ids)
}

/// Public keys by CKA_ID, from public key objects and certificates. Read once, when the first private key lacks its public key:
/// reading them for each key would take quadratic time.
#[derive(Default)]
struct PublicKeysById {
    objects: Option<HashMap<Vec<u8>, PublicKey>>,
    certificates: Option<HashMap<Vec<u8>, PublicKey>>,
}

impl PublicKeysById {
    /// By a public key object, else by a certificate.
    fn with_id(&mut self, session: &Session, id: &[u8]) -> Result<Option<PublicKey>, Pkcs11Error> {
        let objects = match self.objects.take() {
            Some(read) => read,
            None => by_objects(session)?,
        };
        if let Some(key) = self.objects.insert(objects).get(id) {
            return Ok(Some(key.clone()));
        }
        let certificates = match self.certificates.take() {
            Some(read) => read,
            None => by_certificates(session)?,
        };
        Ok(self.certificates.insert(certificates).get(id).cloned())
    }
}

fn by_objects(session: &Session) -> Result<HashMap<Vec<u8>, PublicKey>, Pkcs11Error> {
    let mut keys = HashMap::new();
    for object in find(session, FIND, ObjectClass::PUBLIC_KEY, &[])? {
        let Some(id) = read_bytes(session, FIND, object, AttributeType::Id)? else {
            continue;
        };
        // If several share an id, the first one that can be read counts.
        if !keys.contains_key(&id)
            && let Some(key) = public_key::of_object(session, object)?
        {
            keys.insert(id, key);
        }
    }
    Ok(keys)
}

fn by_certificates(session: &Session) -> Result<HashMap<Vec<u8>, PublicKey>, Pkcs11Error> {
    let mut keys = HashMap::new();
    for certificate in certificate::list_certificates(session)? {
        if let Some(key) = certificate.public_key() {
            keys.entry(certificate.id).or_insert(key);
        }
    }
    Ok(keys)
}

/// The public key of a private key object: its own attributes, else the public key object or certificate with its id.
fn public_of(
    session: &Session,
    object: ObjectHandle,
    id: &[u8],
    known: &mut PublicKeysById,
) -> Result<Option<PublicKey>, Pkcs11Error> {
    if let Some(key) = public_key::of_object(session, object)? {
        return Ok(Some(key));
    }
    if id.is_empty() {
        return Ok(None);
    }
    known.with_id(session, id)
}

fn only_one(session: &Session, found: &[ObjectHandle]) -> Result<ObjectHandle, Pkcs11Error> {
    match found {
        [object] => Ok(*object),
        [] => {
            // Private objects are hidden until somebody logs in; another program may have logged us out.
            let class = match session.login_state()? {
                LoginState::Nobody if session.token()?.login_required => ErrorClass::NotLoggedIn,
                _ => ErrorClass::NotFound,
            };
            Err(Pkcs11Error::new(FIND, class, ErrorKind::KeyNotFound))
        }
        several => {
            let kind = ErrorKind::KeyAmbiguous(several.len());
            Err(Pkcs11Error::new(FIND, ErrorClass::Ambiguous, kind))
        }
    }
}

fn describe(
    session: &Session,
    handle: ObjectHandle,
    public: &PublicKey,
) -> Result<PrivateKey, Pkcs11Error> {
    let always = read_bool(session, FIND, handle, AttributeType::AlwaysAuthenticate)?;
    Ok(PrivateKey {
        handle,
        origin: session.origin(),
        id: read_bytes(session, FIND, handle, AttributeType::Id)?.unwrap_or_default(),
        label: read_label(session, FIND, handle)?,
        algorithm: public.algorithm(),
        spki_der: spki(public, FIND)?,
        always_authenticate: always.unwrap_or(false),
    })
}

pub(super) fn spki(key: &PublicKey, operation: &'static str) -> Result<Vec<u8>, Pkcs11Error> {
    key.to_spki()
        .map_err(|error| Pkcs11Error::new(operation, ErrorClass::Untrustworthy, error.into()))
}
