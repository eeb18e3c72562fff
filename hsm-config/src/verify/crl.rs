//! The root's CRL: the last recorded one, signed by the root, valid now. An environment without a recorded CRL needs none.

use jiff::Timestamp;

use super::certificate::Certificates;
use super::finding::Finding;
use super::report::{Aspect, Report};
use crate::crl;
use crate::spec::{KeyUse, Spec};
use crate::transcript::{Details, Transcript};

pub(super) fn check(
    spec: &Spec,
    transcript: Option<&Transcript>,
    certificates: &Certificates,
    now: Timestamp,
    report: &mut Report,
) {
    let roots = spec.keys().iter();
    for root in roots.filter(|key| key.key_use == KeyUse::RootCa) {
        let Some((der, _)) = certificates.get(&root.id) else {
            continue;
        };
        let recorded = transcript.and_then(|t| t.last_crl(&root.id));
        let path = spec.crl_path(&root.id);
        let mut details = Details::new();
        let finding = match crl::read(spec, &root.id, der) {
            Ok(None) if recorded.is_none() => continue,
            Ok(None) => Some(Finding::CrlMissing(path)),
            Err(defect) => Some(Finding::CrlUnusable(path, defect)),
            Ok(Some(found)) => {
                details.insert("sha256".to_owned(), found.sha256.clone());
                details.insert("number".to_owned(), found.number);
                details.insert("next_update".to_owned(), found.next_update.to_string());
                let done = recorded.and_then(|line| transcript?.done(&line.step));
                let last = done.and_then(|line| line.details.get("sha256"));
                if last.is_some_and(|sha256| *sha256 != found.sha256) {
                    Some(Finding::CrlReplaced(path))
                } else if now > found.next_update {
                    Some(Finding::CrlExpired(path))
                } else {
                    None
                }
            }
        };
        report.add(Aspect::Crl, &root.id, details, finding);
    }
}
