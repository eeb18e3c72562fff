//! The step that generates a key pair.

use inkan_pki::pkcs11::attributes::{KeyAttributes, key_attributes};
use inkan_pki::pkcs11::error::Pkcs11Error;
use inkan_pki::pkcs11::generate::{NewKey, destroy_key_pair, generate_key_pair, id_in_use};
use inkan_pki::pkcs11::keys::{find_private_key, list_key_pairs};
use inkan_pki::pkcs11::session::Session;
use inkan_pki::x509::fingerprint::sha256_hex;

use super::ceremony::Ceremony;
use super::error::{ApplyError, Conflict, Difference};
use super::hsm::{conflict, failed};
use crate::history::History;
use crate::plan::cka_id;
use crate::spec::{KeySpec, Spec};
use crate::transcript::{Details, Event};

/// What exists where a key is to be generated.
pub(super) enum Found {
    /// Nothing.
    Nothing,
    /// One half of a key pair with the planned `CKA_ID`: the token was interrupted while it made the pair.
    Incomplete,
    /// A key exactly as planned, and its details.
    AsPlanned(Details),
    /// Something else.
    Other(Difference),
}

/// Finds a key by its label and by its `CKA_ID`.
pub(super) fn find_key(
    session: &Session,
    spec: &Spec,
    key: &KeySpec,
    history: History,
) -> Result<Found, Pkcs11Error> {
    let id = cka_id(spec, key);
    let mut pairs = list_key_pairs(session)?;
    pairs.retain(|pair| pair.label == key.label || pair.id == id);
    let (Some(pair), true) = (pairs.pop(), pairs.is_empty()) else {
        return Ok(if !pairs.is_empty() {
            Found::Other(Difference::Ambiguous)
        } else if id_in_use(session, &id)? {
            Found::Incomplete
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
    if !history.forgive(&attributes).confined() {
        return Ok(Found::Other(Difference::Unsafe));
    }
    Ok(Found::AsPlanned(details(
        key,
        &pair.id,
        &pair.spki_der,
        &attributes,
    )))
}

/// Generates the key pair, or recognises the one that an interrupted run generated. An incomplete pair of such a run, or a key
/// without all its attributes, is replaced: nothing existed when that run started the step, and no certificate can be for a key
/// that was never recorded.
pub(super) fn generate(
    ceremony: &mut Ceremony<'_>,
    step: &str,
    key: &KeySpec,
) -> Result<(), ApplyError> {
    let spec = ceremony.spec;
    let token = spec
        .token(&key.token)
        .ok_or_else(|| conflict(Conflict::TokenMissing(key.token.clone())))?;
    let id = cka_id(spec, key);
    let label = || key.label.clone();
    let session = ceremony.hsm.session(step, token)?;
    let found = find_key(session, spec, key, History::none()).map_err(failed(step))?;
    if ceremony.transcript.started(step).is_none() {
        // The step is not recorded yet, so whatever exists is not from this ceremony.
        match found {
            Found::Nothing => {}
            Found::Incomplete => return Err(differs(label(), Difference::Incomplete)),
            Found::AsPlanned(_) => return Err(conflict(Conflict::KeyExists(label()))),
            Found::Other(what) => return Err(differs(label(), what)),
        }
        ceremony.start(
            step,
            Details::from([
                ("label".to_owned(), label()),
                ("cka_id".to_owned(), hex::encode(&id)),
                ("algorithm".to_owned(), key.algorithm.as_str().to_owned()),
            ]),
        )?;
        let details = make(ceremony, step, key, id)?;
        return ceremony.record(Event::Done, step, details);
    }
    match found {
        Found::Nothing => {
            let details = make(ceremony, step, key, id)?;
            ceremony.record(Event::Done, step, details)
        }
        Found::Incomplete | Found::Other(Difference::Unsafe) => {
            destroy_key_pair(session, &id).map_err(failed(step))?;
            let mut details = make(ceremony, step, key, id)?;
            details.insert("replaces".to_owned(), "an incomplete key pair".to_owned());
            ceremony.record(Event::Done, step, details)
        }
        Found::AsPlanned(details) => ceremony.record(Event::Recognised, step, details),
        Found::Other(what) => Err(differs(label(), what)),
    }
}

fn make(
    ceremony: &mut Ceremony<'_>,
    step: &str,
    key: &KeySpec,
    id: Vec<u8>,
) -> Result<Details, ApplyError> {
    let token = ceremony
        .spec
        .token(&key.token)
        .ok_or_else(|| conflict(Conflict::TokenMissing(key.token.clone())))?;
    let session = ceremony.hsm.session(step, token)?;
    let new = NewKey {
        algorithm: key.algorithm,
        label: key.label.clone(),
        id,
    };
    let made = generate_key_pair(session, &new).map_err(failed(step))?;
    Ok(details(key, &made.id, &made.spki_der, &made.attributes))
}

fn differs(label: String, what: Difference) -> ApplyError {
    conflict(Conflict::KeyDiffers(label, what))
}

fn details(key: &KeySpec, id: &[u8], spki_der: &[u8], attributes: &KeyAttributes) -> Details {
    let mut details = Details::from([
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
        let value = value.map_or_else(|| "not reported".to_owned(), |v| v.to_string());
        details.insert(name.to_owned(), value);
    }
    details
}
