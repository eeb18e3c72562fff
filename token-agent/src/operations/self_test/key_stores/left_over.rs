//! Throw-away keys that an interrupted self-test has left.

use super::super::running::Running;
use super::authority::{CA_NAME, NAME};
use super::throw_away::LABEL;
use crate::keystore::content::{Content, KeyEntry, ParsedCertificate};
use crate::operations::select::certificates_of;
use crate::operations::unlock::change;
use crate::token::open_token::OpenToken;

/// Deletes them, as far as the store permits: what remains does no harm.
pub(super) fn remove(running: &Running<'_>, token: &OpenToken) {
    let Ok(content) = token.content() else {
        return;
    };
    let Ok(labels) = token.with(|store| Ok(store.capabilities().labels)) else {
        return;
    };
    let keys = content.keys.iter();
    let left = keys.filter(|key| is_left(key, &content, labels));
    let orphans = content.orphans.iter();
    let orphans = orphans.filter(|orphan| orphan.label.starts_with(LABEL));
    let references = left.map(|key| &key.reference);
    for reference in references.chain(orphans.map(|orphan| &orphan.reference)) {
        let _ = change(token, running.ui, |store| store.delete_key(reference));
    }
    let certificates = content.parsed_certificates().into_iter();
    for certificate in certificates.filter(is_ours) {
        let der = &certificate.stored.der;
        let _ = change(token, running.ui, |store| store.delete_certificate(der));
    }
}

/// By its label. Where the store has none, by its certificates: a name alone, which anybody can put beside another key, is not
/// enough while the key has any other certificate.
fn is_left(key: &KeyEntry, content: &Content, labels: bool) -> bool {
    if labels || !key.label.is_empty() {
        return key.label.starts_with(LABEL);
    }
    let certificates = certificates_of(content, &key.spki_der);
    !certificates.is_empty() && certificates.iter().all(is_ours)
}

fn is_ours(certificate: &ParsedCertificate) -> bool {
    let summary = &certificate.summary;
    summary.common_name == NAME && summary.issuer_common_name == CA_NAME
}
