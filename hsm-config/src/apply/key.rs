//! The step that makes a key pair.

use inkan_pki::pkcs11::attributes::{KeyAttributes, key_attributes};
use inkan_pki::pkcs11::error::Pkcs11Error;
use inkan_pki::pkcs11::generate::{NewKey, destroy_key_pair, generate_key_pair, id_in_use};
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
    /// One half of a pair with the planned `CKA_ID`: what a break-off inside the token leaves.
    Half,
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
        return Ok(if !pairs.is_empty() {
            Found::Other(Difference::Ambiguous)
        } else if id_in_use(session, &id)? {
            Found::Half
        } else {
            Found::Nothing
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

/// Makes the key pair, or recognises the one that an earlier run made. Half a pair that an earlier run left, or a key that
/// has not all its attributes yet, gives way: nothing was there when that run began the step, and no certificate can be
/// for a key that was never recorded.
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
    let label = || key.label.clone();
    let session = ceremony.hsm.session(step, token)?;
    let found = look(session, spec, key).map_err(failed(step))?;
    if ceremony.transcript.started(step).is_none() {
        // Before the step is on record as ours: whatever is here is not.
        match found {
            Found::Nothing => {}
            Found::Half => return Err(differs(label(), Difference::HalfMade)),
            Found::AsPlanned(_) => return Err(in_the_way(Obstacle::KeyExists(label()))),
            Found::Other(what) => return Err(differs(label(), what)),
        }
        ceremony.start(
            step,
            Seen::from([
                ("label".to_owned(), label()),
                ("cka_id".to_owned(), hex::encode(&id)),
                ("algorithm".to_owned(), key.algorithm.as_str().to_owned()),
            ]),
        )?;
        let seen = make(ceremony, step, key, id)?;
        return ceremony.record(Event::Done, step, seen);
    }
    match found {
        Found::Nothing => {
            let seen = make(ceremony, step, key, id)?;
            ceremony.record(Event::Done, step, seen)
        }
        Found::Half | Found::Other(Difference::Unsafe) => {
            destroy_key_pair(session, &id).map_err(failed(step))?;
            let mut seen = make(ceremony, step, key, id)?;
            seen.insert("replaces".to_owned(), "what a break-off left".to_owned());
            ceremony.record(Event::Done, step, seen)
        }
        Found::AsPlanned(seen) => ceremony.record(Event::Recognised, step, seen),
        Found::Other(what) => Err(differs(label(), what)),
    }
}

fn make(
    ceremony: &mut Ceremony<'_>,
    step: &str,
    key: &KeySpec,
    id: Vec<u8>,
) -> Result<Seen, ApplyError> {
    let token = ceremony
        .spec
        .token(&key.token)
        .ok_or_else(|| in_the_way(Obstacle::TokenMissing(key.token.clone())))?;
    let session = ceremony.hsm.session(step, token)?;
    let new = NewKey {
        algorithm: key.algorithm,
        label: key.label.clone(),
        id,
    };
    let made = generate_key_pair(session, &new).map_err(failed(step))?;
    Ok(seen(key, &made.id, &made.spki_der, &made.attributes))
}

fn differs(label: String, what: Difference) -> ApplyError {
    in_the_way(Obstacle::KeyDiffers(label, what))
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
