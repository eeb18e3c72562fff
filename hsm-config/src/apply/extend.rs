//! A further ceremony: more keys and certificates for a complete environment.
//!
//! A transcript is bound to its plan. A longer plan may follow if its steps recorded as done are exactly the recorded plan.

use crate::plan::{Plan, Step, plan_digest};
use crate::spec::{Custodian, Spec};
use crate::transcript::{Line, Transcript};

/// How many readings of the recorded custodians are tried at most.
const MAX_READINGS: usize = 1024;

/// Whether `plan` contains the plan of the transcript and more.
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
            custodian_readings(opening)
                .iter()
                .any(|custodians| plan_digest(spec, &old, custodians) == recorded)
        })
}

/// The custodians in the opening line: `name (role)`. Both may contain brackets, so there may be more than one reading; only one
/// of them gives the plan's digest.
fn custodian_readings(opening: &Line) -> Vec<Vec<Custodian>> {
    let mut all = vec![Vec::new()];
    let lines = opening.details.iter();
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
                    initials: None,
                });
                more.push(one);
            }
        }
        more.truncate(MAX_READINGS);
        all = more;
    }
    all
}
