//! Which profile fits what was found, and what contradicts the specification.

use super::report::{Contradiction, FittingProfile, ProbeReport, TokenFacts};
use crate::catalogue;
use crate::profile::Profile;
use crate::spec::{KeySpec, Spec, TokenSpec};

pub(super) fn judge(report: &mut ProbeReport, spec: Option<&Spec>) {
    report.profiles = fitting(report);
    if let Some(spec) = spec
        && report.library.is_some()
    {
        report.contradictions = contradictions(spec, report);
    }
}

fn fitting(report: &ProbeReport) -> Vec<FittingProfile> {
    let library = report.library.iter();
    let mut reported: Vec<&str> = library
        .flat_map(|l| [l.manufacturer.as_str(), l.description.as_str()])
        .collect();
    for token in &report.tokens {
        reported.extend([token.manufacturer.as_str(), token.model.as_str()]);
    }
    let fitting = Profile::fitting(&report.module, &reported).into_iter();
    fitting
        .map(|(profile, reason)| FittingProfile {
            profile: profile.name.to_owned(),
            reason,
        })
        .collect()
}

fn contradictions(spec: &Spec, report: &ProbeReport) -> Vec<Contradiction> {
    let mut found = Vec::new();
    let named = spec.profile().name;
    if !report.profiles.is_empty() && !report.profiles.iter().any(|p| p.profile == named) {
        let others = report.profiles.iter().map(|p| p.profile.as_str());
        let others: Vec<_> = others.collect();
        found.push(contradiction(
            "profile".to_owned(),
            catalogue::probe_profile(named, &others),
        ));
    }
    // Modules such as SoftHSM2 show one free slot at a time.
    let free = report.tokens.iter().find(|t| t.readable && !t.initialized);
    for token in spec.tokens() {
        let field = format!("token.{}", token.id);
        let with_label: Vec<_> = report
            .tokens
            .iter()
            .filter(|t| t.readable && t.initialized && t.label == token.label)
            .collect();
        let device = match (with_label.as_slice(), free) {
            ([one], _) => *one,
            ([], Some(free)) if token.initialize => free,
            ([], _) => {
                let what = catalogue::probe_no_token(&token.label, token.initialize);
                found.push(contradiction(field, what));
                continue;
            }
            _ => {
                found.push(contradiction(
                    field,
                    catalogue::probe_ambiguous(&token.label),
                ));
                continue;
            }
        };
        found.extend(of_token(spec, token, device));
    }
    found
}

fn of_token(spec: &Spec, token: &TokenSpec, device: &TokenFacts) -> Vec<Contradiction> {
    let mut found = Vec::new();
    let field = format!("token.{}", token.id);
    if device.write_protected {
        found.push(contradiction(
            field.clone(),
            catalogue::probe_write_protected(&token.label),
        ));
    }
    if device.pin == "locked" || device.pin == "final-try" {
        let what = catalogue::probe_pin(&token.label, &device.pin);
        found.push(contradiction(field, what));
    }
    let keys = spec.keys().iter().filter(|key| key.token == token.id);
    found.extend(keys.filter_map(|key| of_key(key, device)));
    found
}

fn of_key(key: &KeySpec, device: &TokenFacts) -> Option<Contradiction> {
    let of = device
        .suitability
        .iter()
        .find(|one| one.algorithm == key.algorithm.as_str())?;
    let lacks = of.lacks.as_deref()?;
    let what = catalogue::probe_lacks(key.algorithm.as_str(), lacks);
    Some(contradiction(format!("key.{}.algorithm", key.id), what))
}

fn contradiction(field: String, what: catalogue::Explanation) -> Contradiction {
    Contradiction {
        field,
        code: what.code.to_owned(),
        sentence: what.sentence,
    }
}
