//! The key pair of a request: the one of a try that broke off, or a new one.

use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::pkcs11::attributes::key_attributes;
use inkan_pki::pkcs11::error::{ErrorClass, Pkcs11Error};
use inkan_pki::pkcs11::generate::{GeneratedKey, NewKey, destroy_key_pair, generate_key_pair};
use inkan_pki::pkcs11::keys::{KeyPairInfo, find_private_key, lone_public_keys};
use inkan_pki::pkcs11::session::Session;
use inkan_pki::x509::fingerprint::sha256_hex;

use super::Job;
use crate::error::{Failure, TokenError};
use crate::output::event::Step;
use crate::token::content::Content;
use crate::token::label::{is_ours, label};

/// Where the key comes from: what may be done with it when the bank refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Made for this request.
    Fresh,
    /// Ours, left without a certificate by a try that broke off.
    Left,
    /// The bank has signed a certificate for it already.
    Resumed,
}

/// The key pair that goes on.
#[derive(Debug, Clone)]
pub(crate) struct OurKey {
    pub(crate) origin: Origin,
    pub(crate) id: Vec<u8>,
    pub(crate) label: String,
    pub(crate) algorithm: KeyAlgorithm,
    pub(crate) spki_der: Vec<u8>,
}

impl OurKey {
    fn existing(pair: KeyPairInfo, origin: Origin) -> Self {
        let KeyPairInfo {
            label,
            id,
            algorithm,
            spki_der,
        } = pair;
        Self {
            origin,
            id,
            label,
            algorithm,
            spki_der,
        }
    }
}

/// Finds the key to go on with, or makes one.
///
/// # Errors
/// [`TokenError::KeyElsewhere`] when the bank waits for a key that is not on this token; what the token says.
pub(super) fn settle(job: &Job<'_>) -> Result<OurKey, Failure> {
    clear_halves(job)?;
    let content = job.thread.call(Content::read)?;
    let existing = if let Some(resume) = &job.picked.resume {
        let fits = |k: &KeyPairInfo| sha256_hex(&k.spki_der) == resume.spki_sha256.to_lowercase();
        let pair = content
            .keys
            .into_iter()
            .find(fits)
            .ok_or(TokenError::KeyElsewhere)?;
        if !confined(job, &pair)? {
            return Err(TokenError::Extractable.into());
        }
        Some(OurKey::existing(pair, Origin::Resumed))
    } else {
        left_over(&content, job)?.map(|pair| OurKey::existing(pair, Origin::Left))
    };
    match existing {
        Some(key) => {
            job.step(Step::KeyReused);
            Ok(key)
        }
        None => make(job),
    }
}

/// Takes the public half of a pair of ours off the token where a break-off in the middle of making it left no private
/// half: it is of no use, and room is scarce. Only under the lock: else another agent might be making that very pair.
fn clear_halves(job: &Job<'_>) -> Result<(), TokenError> {
    if job.lock.is_none() {
        return Ok(());
    }
    let (bank, login_id) = (job.bank.id.clone(), job.picked.login_id.clone());
    job.thread.call(move |session| {
        for (label, id) in lone_public_keys(session)? {
            if is_ours(&label, &bank, &login_id) {
                destroy_key_pair(session, &id)?;
            }
        }
        Ok(())
    })
}

/// The newest key of ours for this bank and user that has no certificate and is of a type the bank takes. One that is not
/// confined to the token is none: the agent never sent such a key to a bank, so it is what a break-off inside the token left
/// of a pair not yet whole, and is cleared away.
fn left_over(content: &Content, job: &Job<'_>) -> Result<Option<KeyPairInfo>, TokenError> {
    let ours = |k: &&KeyPairInfo| {
        is_ours(&k.label, &job.bank.id, &job.picked.login_id)
            && job.picked.key_algorithms.contains(&k.algorithm)
            && content.certificates_of(&k.spki_der).next().is_none()
    };
    let mut newest: Option<&KeyPairInfo> = None;
    for pair in content.keys.iter().filter(ours) {
        if !confined(job, pair)? {
            if job.lock.is_some() {
                let id = pair.id.clone();
                job.thread.call(move |s| destroy_key_pair(s, &id))?;
            }
        } else if newest.is_none_or(|n| n.label <= pair.label) {
            newest = Some(pair);
        }
    }
    Ok(newest.cloned())
}

/// A key made earlier is held to the same rule as a new one.
fn confined(job: &Job<'_>, pair: &KeyPairInfo) -> Result<bool, TokenError> {
    let spki = pair.spki_der.clone();
    let attributes = job
        .thread
        .call(move |s| key_attributes(s, &find_private_key(s, &spki)?))?;
    Ok(attributes.confined())
}

/// Makes a key pair of the first type the token can do.
///
/// # Errors
/// [`TokenError::NoAlgorithm`], or what the token says.
pub(super) fn make(job: &Job<'_>) -> Result<OurKey, Failure> {
    let picked = job.picked;
    let label = label(
        &job.bank.id,
        &picked.login_id,
        job.context.clock.now(),
        &picked.request,
    );
    let (algorithms, text) = (picked.key_algorithms.clone(), label.clone());
    let made = job
        .thread
        .call(move |session| first_possible(session, &algorithms, &text))?;
    let (algorithm, made) = made.ok_or(TokenError::NoAlgorithm)?;
    if !made.attributes.confined() {
        let id = made.id;
        job.thread.call(move |s| destroy_key_pair(s, &id))?;
        return Err(TokenError::Extractable.into());
    }
    job.step(Step::KeyMade);
    Ok(OurKey {
        origin: Origin::Fresh,
        id: made.id,
        label,
        algorithm,
        spki_der: made.spki_der,
    })
}

fn first_possible(
    session: &Session,
    algorithms: &[KeyAlgorithm],
    label: &str,
) -> Result<Option<(KeyAlgorithm, GeneratedKey)>, Pkcs11Error> {
    let mut refused = None;
    for algorithm in algorithms {
        match generate_key_pair(session, &NewKey::with_random_id(*algorithm, label)?) {
            Ok(made) => return Ok(Some((*algorithm, made))),
            Err(error) if error.class == ErrorClass::Unsupported => {}
            // Some tokens say "bad attribute" of a curve they do not know.
            Err(error) if error.class == ErrorClass::Refused => refused = Some(error),
            Err(error) => return Err(error),
        }
    }
    refused.map_or(Ok(None), Err)
}

/// Takes a key of ours off the token again. Only for keys that no certificate can ever come for.
///
/// # Errors
/// What the token says.
pub(super) fn remove(job: &Job<'_>, key: &OurKey) -> Result<(), TokenError> {
    let id = key.id.clone();
    job.thread.call(move |s| destroy_key_pair(s, &id))?;
    job.step(Step::KeyRemoved);
    Ok(())
}
