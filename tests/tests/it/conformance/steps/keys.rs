//! Key pairs and signatures.

use std::sync::Arc;

use inkan_agent::keystore::capabilities::NewKey;
use inkan_agent::keystore::content::KeyEntry;
use inkan_agent::token::open_token::OpenToken;
use inkan_agent::token::signer::TokenSigner;
use inkan_pki::algorithm::{KeyAlgorithm, SignatureScheme};
use inkan_pki::signer::rcgen::RcgenKey;
use inkan_pki::verify::verifies;
use rcgen::CertificateParams;

use crate::conformance::suite::{CheckResult, Complaint, Refusal, Subject, no, yes};
use crate::conformance::verify;

/// RSA of every size, the smallest first.
pub(super) const RSA: [KeyAlgorithm; 3] = [
    KeyAlgorithm::Rsa2048,
    KeyAlgorithm::Rsa3072,
    KeyAlgorithm::Rsa4096,
];

const MESSAGE: &[u8] = b"what the bank's TLS handshake would have signed";

pub(super) fn generate(subject: &mut Subject, algorithm: KeyAlgorithm) -> CheckResult {
    let token = subject.token()?;
    subject.target.become_admin(&token).map_err(Complaint)?;
    let label = format!("conformance {algorithm}");
    let new = NewKey {
        algorithm,
        label: label.clone(),
        replaces: None,
        certificate_size: 0,
        key_store: None,
        windows_prompt: false,
    };
    let made = token.with(|store| store.generate(&new))?;
    if made.algorithm != algorithm {
        return no(format!("it made {}", made.algorithm));
    }
    let (labels, content) = (
        token.with(|store| Ok(store.capabilities().labels))?,
        token.content()?,
    );
    match content.key(&made.spki_der) {
        None => return no("the new key is not among its keys"),
        Some(there) if labels && there.label != label => {
            return no(format!("its label is {:?}", there.label));
        }
        Some(there) if there.algorithm != algorithm => return no("listed as another type"),
        Some(_) => {}
    }
    signs(&token, &made, algorithm.default_scheme())?;
    subject.keys.insert(algorithm, made);
    yes()
}

pub(super) fn confined(subject: &mut Subject) -> CheckResult {
    let token = subject.token()?;
    let mut keys: Vec<KeyEntry> = subject.keys.values().cloned().collect();
    if keys.is_empty() {
        keys.push(subject.any_key()?);
    }
    for key in keys {
        if !token.with(|store| store.confined(&key.reference))? {
            return no(format!("{} could exist elsewhere too", key.algorithm));
        }
    }
    yes()
}

/// Every scheme of a kind, with the first of these types that the token has.
pub(super) fn sign(
    subject: &mut Subject,
    types: &[KeyAlgorithm],
    of_the_kind: fn(&SignatureScheme) -> bool,
) -> CheckResult {
    let token = subject.token()?;
    for algorithm in types {
        let Some(key) = subject.key_of(*algorithm)? else {
            continue;
        };
        let offered = token.with(|store| store.schemes(&key.reference))?;
        let wanted: Vec<_> = algorithm
            .schemes()
            .iter()
            .copied()
            .filter(of_the_kind)
            .collect();
        for scheme in wanted {
            if !offered.contains(&scheme) {
                return no(format!("{scheme:?} is not offered"));
            }
            signs(&token, &key, scheme)?;
        }
        return yes();
    }
    no("no key of this type")
}

/// A signature that another program accepts, and not for another message.
pub(super) fn signs(
    token: &OpenToken,
    key: &KeyEntry,
    scheme: SignatureScheme,
) -> Result<(), Refusal> {
    let made = token.with(|store| store.sign(&key.reference, scheme, MESSAGE))?;
    if !verifies(&key.spki_der, scheme, MESSAGE, &made) {
        return no(format!("{scheme:?} is not accepted by aws-lc"));
    }
    if verifies(&key.spki_der, scheme, b"another message", &made) {
        return no(format!("{scheme:?} is accepted for another message"));
    }
    Ok(())
}

pub(super) fn csr(subject: &mut Subject) -> CheckResult {
    let (token, key) = (subject.token()?, subject.any_key()?);
    let signer = TokenSigner::new(&token, key)?;
    let key = RcgenKey::new(Arc::new(signer)).map_err(Complaint)?;
    let request = CertificateParams::default().serialize_request(&key);
    let request = request.map_err(Complaint)?;
    if verify::openssl_accepts(request.der()).map_err(Complaint)? {
        yes()
    } else {
        no("openssl does not accept it")
    }
}
