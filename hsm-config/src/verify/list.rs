//! Root lists: the last one on record, signed by the root, good now. An environment that never made one has none.

use jiff::Timestamp;

use super::certificate::Certificates;
use super::finding::Finding;
use super::report::{Aspect, Report};
use crate::list;
use crate::spec::{KeyUse, Spec};
use crate::transcript::{Seen, Transcript};

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
        let recorded = transcript.and_then(|t| t.last_list(&root.id));
        let path = spec.list_path(&root.id);
        let mut seen = Seen::new();
        let finding = match list::read(spec, &root.id, der) {
            Ok(None) if recorded.is_none() => continue,
            Ok(None) => Some(Finding::ListMissing(path)),
            Err(bad) => Some(Finding::ListBad(path, bad)),
            Ok(Some(found)) => {
                seen.insert("sha256".to_owned(), found.sha256.clone());
                seen.insert("number".to_owned(), found.number);
                seen.insert("next_update".to_owned(), found.next_update.to_string());
                let done = recorded.and_then(|line| transcript?.done(&line.step));
                let last = done.and_then(|line| line.seen.get("sha256"));
                if last.is_some_and(|sha256| *sha256 != found.sha256) {
                    Some(Finding::ListReplaced(path))
                } else if now > found.next_update {
                    Some(Finding::ListOver(path))
                } else {
                    None
                }
            }
        };
        report.add(Aspect::List, &root.id, seen, finding);
    }
}
