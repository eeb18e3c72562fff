//! Throw-away keys that an interrupted self-test has left.

use super::super::running::Running;
use super::authority::NAME;
use super::throw_away::LABEL;
use crate::operations::unlock::change;
use crate::token::open_token::OpenToken;

/// Deletes them, as far as the store permits: what remains does no harm.
pub(super) fn remove(running: &Running<'_>, token: &OpenToken) {
    let Ok(content) = token.content() else {
        return;
    };
    let ours = content.parsed_certificates().into_iter();
    let ours: Vec<_> = ours.filter(|c| c.summary.common_name == NAME).collect();
    let labelled = content
        .keys
        .iter()
        .filter(|key| key.label.starts_with(LABEL));
    let certified = ours.iter().filter_map(|c| content.key(&c.summary.spki_der));
    let mut references: Vec<_> = labelled
        .chain(certified)
        .map(|key| &key.reference)
        .collect();
    let orphans = content
        .orphans
        .iter()
        .filter(|o| o.label.starts_with(LABEL));
    references.extend(orphans.map(|orphan| &orphan.reference));
    for reference in references {
        let _ = change(token, running.ui, |store| store.delete_key(reference));
    }
    for certificate in ours {
        let der = &certificate.stored.der;
        let _ = change(token, running.ui, |store| store.delete_certificate(der));
    }
}
