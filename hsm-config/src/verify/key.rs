//! Keys: the certified or recorded one, its attributes, a fresh signature.

use inkan_pki::pkcs11::ErrorClass;
use inkan_pki::pkcs11::attributes::{KeyAttributes, key_attributes};
use inkan_pki::pkcs11::keys::{KeyPairInfo, find_private_key, list_key_pairs};
use inkan_pki::pkcs11::session::{Access, Session};
use inkan_pki::pkcs11::token::TokenInfo;
use inkan_pki::signer::Signer as _;
use inkan_pki::signer::pkcs11::Pkcs11Signer;
use inkan_pki::x509::fingerprint::sha256_hex;

use super::certificate::Certificates;
use super::finding::Finding;
use super::report::{Aspect, Report};
use super::{VerifyError, failed};
use crate::history::History;
use crate::spec::KeySpec;
use crate::transcript::{Details, Transcript};

/// SHA-256 of the public keys in certificate and transcript.
pub(super) struct Evidence {
    certified: Option<String>,
    recorded: Option<String>,
}

impl Evidence {
    pub(super) fn of(
        key: &KeySpec,
        transcript: Option<&Transcript>,
        certificates: &Certificates,
    ) -> Self {
        Self {
            certified: certificates
                .get(&key.id)
                .map(|(_, summary)| summary.spki_sha256.clone()),
            recorded: transcript
                .and_then(|t| t.done(&format!("key:{}", key.id)))
                .and_then(|line| line.details.get("spki_sha256").cloned()),
        }
    }

    /// Whether certificate and transcript, as far as they exist, name this public key.
    fn fits(&self, spki_sha256: &str) -> bool {
        let named = [&self.certified, &self.recorded];
        named.into_iter().flatten().all(|name| name == spki_sha256)
    }

    fn is_empty(&self) -> bool {
        self.certified.is_none() && self.recorded.is_none()
    }
}

pub(super) fn check(
    session: &Session,
    token: &TokenInfo,
    key: &KeySpec,
    evidence: &Evidence,
    history: History,
    report: &mut Report,
) -> Result<(), VerifyError> {
    let pairs = list_key_pairs(session).map_err(failed(&token.label))?;
    let (pair, finding) = choose(&pairs, key, evidence);
    let details = pair.map(details).unwrap_or_default();
    report.add(Aspect::Key, &key.id, details, finding);
    let Some(pair) = pair else { return Ok(()) };

    let private = match find_private_key(session, &pair.spki_der) {
        Err(error) if error.class == ErrorClass::Ambiguous => {
            let finding = Finding::KeyAmbiguous(key.label.clone());
            report.add(Aspect::Attributes, &key.id, Details::new(), Some(finding));
            return Ok(());
        }
        other => other.map_err(failed(&token.label))?,
    };
    let attributes = key_attributes(session, &private).map_err(failed(&token.label))?;
    for finding in findings(key, &history.forgive(&attributes)) {
        report.add(
            Aspect::Attributes,
            &key.id,
            attribute_details(&attributes),
            finding,
        );
    }
    let finding = signs(session, token, key, pair)?;
    report.add(Aspect::Signature, &key.id, Details::new(), finding);
    Ok(())
}

/// The key with the expected public key, else the one with its label.
fn choose<'a>(
    pairs: &'a [KeyPairInfo],
    key: &KeySpec,
    evidence: &Evidence,
) -> (Option<&'a KeyPairInfo>, Option<Finding>) {
    let label = || key.label.clone();
    let wrong_algorithm = |pair: &KeyPairInfo| {
        (pair.algorithm != key.algorithm).then(|| Finding::KeyAlgorithm {
            label: label(),
            specified: key.algorithm.as_str(),
            found: pair.algorithm.as_str(),
        })
    };
    let named: Vec<_> = pairs
        .iter()
        .filter(|pair| !evidence.is_empty() && evidence.fits(&sha256_hex(&pair.spki_der)))
        .collect();
    match named.as_slice() {
        [pair] => return (Some(pair), wrong_algorithm(pair)),
        [] => {}
        _ => return (None, Some(Finding::KeyAmbiguous(label()))),
    }
    let labelled: Vec<_> = pairs.iter().filter(|p| p.label == key.label).collect();
    match labelled.as_slice() {
        [] => (None, Some(Finding::KeyMissing(label()))),
        [pair] => {
            let replaced = (!evidence.is_empty()).then(|| Finding::KeyReplaced(label()));
            (Some(pair), wrong_algorithm(pair).or(replaced))
        }
        _ => (None, Some(Finding::KeyAmbiguous(label()))),
    }
}

/// One entry per wrong attribute; one without a finding when all are right.
fn findings(key: &KeySpec, attributes: &KeyAttributes) -> Vec<Option<Finding>> {
    let label = || key.label.clone();
    let mut found = Vec::new();
    if !attributes.sensitive || attributes.always_sensitive == Some(false) {
        found.push(Some(Finding::KeyNotSensitive(label())));
    }
    if attributes.extractable || attributes.never_extractable == Some(false) {
        found.push(Some(Finding::KeyExtractable(label())));
    }
    if attributes.local == Some(false) {
        found.push(Some(Finding::KeyNotLocal(label())));
    }
    if attributes.sign == Some(false) {
        found.push(Some(Finding::KeyMayNotSign(label())));
    }
    if found.is_empty() {
        found.push(None);
    }
    found
}

fn signs(
    session: &Session,
    token: &TokenInfo,
    key: &KeySpec,
    pair: &KeyPairInfo,
) -> Result<Option<Finding>, VerifyError> {
    let mut message = [0u8; 32];
    getrandom::fill(&mut message).map_err(|_| VerifyError::Random)?;
    let own =
        Session::open(session.module(), token, Access::ReadOnly).map_err(failed(&token.label))?;
    let signer = match Pkcs11Signer::open(own, &pair.spki_der) {
        Ok(signer) => signer,
        Err(e) => {
            return Ok(Some(Finding::KeyCannotSign(
                key.label.clone(),
                e.to_string(),
            )));
        }
    };
    let scheme = signer.algorithm().default_scheme();
    Ok(match signer.sign(scheme, &message) {
        Err(e) => Some(Finding::KeyCannotSign(key.label.clone(), e.to_string())),
        Ok(signature) => {
            (!inkan_pki::verify::verifies(&pair.spki_der, scheme, &message, &signature))
                .then(|| Finding::KeyWrongSignature(key.label.clone()))
        }
    })
}

fn details(pair: &KeyPairInfo) -> Details {
    Details::from([
        ("cka_id".to_owned(), hex::encode(&pair.id)),
        ("algorithm".to_owned(), pair.algorithm.as_str().to_owned()),
        ("spki_sha256".to_owned(), sha256_hex(&pair.spki_der)),
    ])
}

fn attribute_details(attributes: &KeyAttributes) -> Details {
    let reported =
        |value: Option<bool>| value.map_or_else(|| "not reported".to_owned(), |v| v.to_string());
    Details::from([
        ("sensitive".to_owned(), attributes.sensitive.to_string()),
        ("extractable".to_owned(), attributes.extractable.to_string()),
        (
            "always_sensitive".to_owned(),
            reported(attributes.always_sensitive),
        ),
        (
            "never_extractable".to_owned(),
            reported(attributes.never_extractable),
        ),
        ("local".to_owned(), reported(attributes.local)),
    ])
}
