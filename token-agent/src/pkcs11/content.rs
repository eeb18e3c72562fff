//! The contents of a token.

use inkan_pki::pkcs11::Session;
use inkan_pki::pkcs11::certificate::list_certificates;
use inkan_pki::pkcs11::error::Pkcs11Error;
use inkan_pki::pkcs11::keys::{KeyPairInfo, list_key_pairs, orphan_public_keys};

use super::reference::Reference;
use crate::keystore::content::{CertificateEntry, Content, KeyEntry, OrphanPublicKey};

pub(super) fn read(session: &Session) -> Result<Content, Pkcs11Error> {
    let certificates = list_certificates(session)?
        .into_iter()
        .map(|stored| CertificateEntry {
            label: stored.label,
            location: None,
            der: stored.der,
            key_gone: None,
        });
    let orphans = orphan_public_keys(session)?
        .into_iter()
        .map(|(label, id)| OrphanPublicKey {
            reference: Reference::Half(&id).write(),
            label,
        });
    Ok(Content {
        certificates: certificates.collect(),
        orphans: orphans.collect(),
        keys: list_key_pairs(session)?.into_iter().map(entry).collect(),
    })
}

pub(super) fn entry(pair: KeyPairInfo) -> KeyEntry {
    KeyEntry {
        reference: Reference::Pair(&pair.spki_der).write(),
        label: pair.label,
        location: None,
        algorithm: pair.algorithm,
        spki_der: pair.spki_der,
        always_authenticate: pair.always_authenticate,
        protection: None,
    }
}
