//! Certificates, and the objects that belong to them.

use super::keys::signs;
use crate::conformance::authority::{CA_NAME, NAME, certificate};
use crate::conformance::suite::{CheckResult, Complaint, Refusal, Subject, no, yes};
use crate::conformance::verdict::Observation;
use inkan_agent::keystore::content::KeyEntry;
use inkan_agent::token::open_token::OpenToken;
use inkan_pki::pkcs11::certificate::list_certificates;
use inkan_pki::pkcs11::keys::list_key_pairs;
use inkan_pki::pkcs11::login::{PinOwner, log_in_once};
use inkan_pki::pkcs11::{Access, Module, Session, TokenSelector};
use inkan_tests::Outcome;

/// Bytes of a full-size certificate: RSA-4096, by an RSA-4096 CA, with every extension that a bank may want.
const SIZE: usize = 2_800;

/// Writes it, and checks that it exists once.
fn write(token: &OpenToken, key: Option<&KeyEntry>, der: &[u8]) -> Result<(), Refusal> {
    let reference = key.map(|key| &key.reference);
    let label = if key.is_some() { NAME } else { CA_NAME };
    for _ in 0..2 {
        token.with(|store| store.write_certificate(reference, der, label))?;
    }
    let there = token.content()?.certificates;
    match there.iter().filter(|c| c.der == der).count() {
        1 => Ok(()),
        copies => no(format!("{copies} copies of the certificate are there")),
    }
}

pub(super) fn written(subject: &mut Subject) -> CheckResult {
    let (token, key) = (subject.token()?, subject.any_key()?);
    let (der, _) = certificate(&key.spki_der, 0).map_err(Complaint)?;
    write(&token, Some(&key), &der)?;
    subject.certificates.push((key, der));
    yes()
}

/// Instead of the small one, or beside it.
pub(super) fn full_size(subject: &mut Subject) -> CheckResult {
    let (token, key) = (subject.token()?, subject.any_key()?);
    let (small, _) = certificate(&key.spki_der, 0).map_err(Complaint)?;
    let (large, _) = certificate(&key.spki_der, SIZE - small.len()).map_err(Complaint)?;
    write(&token, Some(&key), &large)?;
    let content = token.content()?;
    let first = subject.certificates.first().cloned();
    match first {
        Some((_, small)) if content.holds(&small) => {
            token.with(|store| store.delete_certificate(&large))?;
            yes()
        }
        // It has replaced the small one; then the other way round.
        Some((key, small)) => {
            write(&token, Some(&key), &small)?;
            Ok(Observation::Yes("one certificate for each key".to_owned()))
        }
        None => yes(),
    }
}

/// A second key gets a certificate too; the first key and its certificate remain unchanged.
pub(super) fn two_keys(subject: &mut Subject) -> CheckResult {
    let (token, one) = (subject.token()?, subject.any_key()?);
    let mut others = token.content()?.keys.into_iter();
    let Some(other) = others.find(|key| !key.always_authenticate && key.spki_der != one.spki_der)
    else {
        return no("it has not two keys");
    };
    if one.reference == other.reference {
        return no("two keys with one reference");
    }
    let (der, _) = certificate(&other.spki_der, 0).map_err(Complaint)?;
    write(&token, Some(&other), &der)?;
    subject.certificates.push((other, der));
    let content = token.content()?;
    for (key, der) in &subject.certificates {
        if !content.holds(der) {
            return no("the second certificate replaced the first");
        }
        signs(&token, key, key.algorithm.default_scheme())?;
    }
    yes()
}

pub(super) fn of_a_ca(subject: &mut Subject) -> CheckResult {
    let (token, key) = (subject.token()?, subject.any_key()?);
    let (_, ca) = certificate(&key.spki_der, 0).map_err(Complaint)?;
    write(&token, None, &ca)?;
    token.with(|store| store.delete_certificate(&ca))?;
    if token.content()?.holds(&ca) {
        return no("it cannot be deleted");
    }
    yes()
}

/// CKA_IDs.
type Ids = Vec<Vec<u8>>;

/// As another program on this computer sees it.
pub(super) fn same_id(subject: &mut Subject) -> CheckResult {
    let Some((path, parameters)) = subject.target.module.clone() else {
        return Ok(Observation::NoMeaning);
    };
    let (key, der) = match subject.certificates.first() {
        Some((key, der)) => (key.clone(), der.clone()),
        None => (subject.any_key()?, Vec::new()),
    };
    subject.close();
    let look = || -> Outcome<(Ids, Ids)> {
        let module = Module::load_with(&path, parameters.as_deref())?;
        // It may have been loaded before the certificate existed, and not have read it since.
        module.reinitialise()?;
        let wanted = &subject.target.wanted;
        let token = module
            .find_token(&TokenSelector::Label(wanted.clone()))
            .or_else(|_| module.find_token(&TokenSelector::Serial(wanted.clone())))?;
        let session = Session::open(&module, &token, Access::ReadOnly)?;
        log_in_once(&session, PinOwner::User, &subject.target.pin)?;
        let keys = list_key_pairs(&session)?.into_iter();
        let keys = keys.filter(|k| k.spki_der == key.spki_der).map(|k| k.id);
        let certificates = list_certificates(&session)?.into_iter();
        // If none was written, the one that came with the key is meant.
        let same = |found: &[u8]| {
            if der.is_empty() {
                holds(found, &key.spki_der)
            } else {
                found == der
            }
        };
        let certificates = certificates.filter(|c| same(&c.der)).map(|c| c.id);
        Ok((keys.collect(), certificates.collect()))
    };
    let (keys, certificates) = look().map_err(Complaint)?;
    match (keys.as_slice(), certificates.as_slice()) {
        ([key], [certificate]) if key == certificate && !key.is_empty() => yes(),
        _ => no(format!("{keys:02x?} and {certificates:02x?}")),
    }
}

fn holds(certificate: &[u8], spki: &[u8]) -> bool {
    certificate.windows(spki.len()).any(|part| part == spki)
}
