//! The step that makes a key pair.

use inkan_pki::pkcs11::attributes::{KeyAttributes, key_attributes};
use inkan_pki::pkcs11::error::{ErrorKind, Pkcs11Error};
use inkan_pki::pkcs11::generate::{NewKey, generate_key_pair};
use inkan_pki::pkcs11::keys::{find_private_key, list_key_pairs};
use inkan_pki::pkcs11::session::Session;
use inkan_pki::x509::fingerprint::sha256_hex;

use super::ceremony::Ceremony;
use super::error::{ApplyError, Difference, Obstacle};
use super::hsm::{failed, in_the_way};
use crate::plan::cka_id;
use crate::spec::{KeySpec, Spec};
use crate::transcript::{Event, Seen};

/// What stands where a key is to be made.
pub(super) enum Found {
    /// Nothing.
    Nothing,
    /// A key exactly as planned; what was seen of it.
    AsPlanned(Seen),
    /// Something else.
    Other(Difference),
}

/// Looks for a key by its label and by its `CKA_ID`.
pub(super) fn look(session: &Session, spec: &Spec, key: &KeySpec) -> Result<Found, Pkcs11Error> {
    let id = cka_id(spec, key);
    let mut pairs = list_key_pairs(session)?;
    pairs.retain(|pair| pair.label == key.label || pair.id == id);
    let (Some(pair), true) = (pairs.pop(), pairs.is_empty()) else {
        return Ok(if pairs.is_empty() {
            Found::Nothing
        } else {
            Found::Other(Difference::Ambiguous)
        });
    };
    if pair.algorithm != key.algorithm {
        return Ok(Found::Other(Difference::Algorithm));
    }
    if pair.label != key.label {
        return Ok(Found::Other(Difference::Label));
    }
    let private = find_private_key(session, &pair.spki_der)?;
    let attributes = key_attributes(session, &private)?;
    if !attributes.confined() {
        return Ok(Found::Other(Difference::Unsafe));
    }
    Ok(Found::AsPlanned(seen(
        key,
        &pair.id,
        &pair.spki_der,
        &attributes,
    )))
}

/// Makes the key pair, or recognises the one that an earlier run made.
pub(super) fn generate(
    ceremony: &mut Ceremony<'_>,
    step: &str,
    key: &KeySpec,
) -> Result<(), ApplyError> {
    let spec = ceremony.spec;
    let token = spec
        .token(&key.token)
        .ok_or_else(|| in_the_way(Obstacle::TokenMissing(key.token.clone())))?;
    let id = cka_id(spec, key);
    let first = ceremony.start(
        step,
        Seen::from([
            ("label".to_owned(), key.label.clone()),
            ("cka_id".to_owned(), hex::encode(&id)),
            ("algorithm".to_owned(), key.algorithm.as_str().to_owned()),
        ]),
    )?;
    let session = ceremony.hsm.session(step, token)?;
    let (event, seen) = match look(session, spec, key).map_err(failed(step))? {
        Found::Nothing => {
            let new = NewKey {
                algorithm: key.algorithm,
                label: key.label.clone(),
                id: id.clone(),
            };
            let made = generate_key_pair(session, &new).map_err(|error| match *error.kind {
                ErrorKind::IdInUse(_) => {
                    let label = key.label.clone();
                    in_the_way(Obstacle::KeyDiffers(label, Difference::HalfMade))
                }
                _ => failed(step)(error),
            })?;
            let seen = seen(key, &made.id, &made.spki_der, &made.attributes);
            (Event::Done, seen)
        }
        Found::AsPlanned(_) if first => {
            return Err(in_the_way(Obstacle::KeyExists(key.label.clone())));
        }
        Found::AsPlanned(seen) => (Event::Recognised, seen),
        Found::Other(what) => {
            return Err(in_the_way(Obstacle::KeyDiffers(key.label.clone(), what)));
        }
    };
    ceremony.record(event, step, seen)
}

fn seen(key: &KeySpec, id: &[u8], spki_der: &[u8], attributes: &KeyAttributes) -> Seen {
    let mut seen = Seen::from([
        ("label".to_owned(), key.label.clone()),
        ("cka_id".to_owned(), hex::encode(id)),
        ("algorithm".to_owned(), key.algorithm.as_str().to_owned()),
        ("use".to_owned(), key.key_use.as_str().to_owned()),
        ("spki_sha256".to_owned(), sha256_hex(spki_der)),
        ("sensitive".to_owned(), attributes.sensitive.to_string()),
        ("extractable".to_owned(), attributes.extractable.to_string()),
    ]);
    for (name, value) in [
        ("always_sensitive", attributes.always_sensitive),
        ("never_extractable", attributes.never_extractable),
        ("local", attributes.local),
    ] {
        let value = value.map_or_else(|| "not told".to_owned(), |v| v.to_string());
        seen.insert(name.to_owned(), value);
    }
    seen
}
