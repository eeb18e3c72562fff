//! A ceremony after the first one: more keys and certificates for an environment that is complete.
//!
//! The record is bound to its plan. A longer plan may follow it when the part of it that is done is, word for word, the
//! plan on record.

use crate::plan::{Plan, Step, substance};
use crate::spec::{Custodian, Spec};
use crate::transcript::{Line, Transcript};

/// Most readings of the recorded custodians that are tried.
const MOST_READINGS: usize = 1024;

/// Whether `plan` is that of the transcript and more.
pub(super) fn extends(spec: &Spec, plan: &Plan, transcript: &Transcript) -> bool {
    let recorded = transcript.plan_sha256().unwrap_or_default();
    let old: Vec<Step> = plan
        .steps
        .iter()
        .filter(|step| transcript.done(&step.id).is_some())
        .cloned()
        .collect();
    transcript.is_complete()
        && old.len() == transcript.steps_done()
        && old.len() < plan.steps.len()
        && transcript.opening().is_some_and(|opening| {
            readings(opening)
                .iter()
                .any(|custodians| substance(spec, &old, custodians) == recorded)
        })
}

/// Who took part, as the opening line has them: `name (role)`. Either may have brackets in it, so there may be more than
/// one reading; only one of them fits the plan's digest.
fn readings(opening: &Line) -> Vec<Vec<Custodian>> {
    let mut all = vec![Vec::new()];
    let lines = opening.seen.iter();
    for (_, text) in lines.filter(|(name, _)| name.starts_with("custodian_")) {
        let text = text.strip_suffix(')').unwrap_or(text);
        let mut more = Vec::new();
        for before in &all {
            for (at, bracket) in text.match_indices(" (") {
                let mut one: Vec<Custodian> = before.clone();
                one.push(Custodian {
                    name: text.get(..at).unwrap_or_default().to_owned(),
                    role: text
                        .get(at + bracket.len()..)
                        .unwrap_or_default()
                        .to_owned(),
                });
                more.push(one);
            }
        }
        more.truncate(MOST_READINGS);
        all = more;
    }
    all
}
