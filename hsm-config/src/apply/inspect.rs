//! What is in the way of a ceremony, looked for before anything is touched.

use std::path::Path;

use super::certificate;
use super::error::{ApplyError, Difference, Obstacle};
use super::hsm::{Hsm, failed};
use super::key;
use super::terms::Terms;
use crate::files;
use crate::plan::{Action, Plan};
use crate::spec::Spec;
use crate::transcript::Transcript;

/// Tokens and certificate files: what can be seen without a PIN.
pub(super) fn surroundings(
    spec: &Spec,
    plan: &Plan,
    transcript: &Transcript,
    hsm: &Hsm,
) -> Result<(), ApplyError> {
    let mut obstacles = Vec::new();
    for step in &plan.steps {
        match &step.action {
            Action::InitializeToken { label, .. } => {
                obstacles.extend(token(hsm, transcript, &step.id, label, false)?);
            }
            Action::FindToken { label, .. } => {
                obstacles.extend(token(hsm, transcript, &step.id, label, true)?);
            }
            Action::Certify { key, .. } => {
                let path = spec.certificate_path(key);
                obstacles.extend(certificate_file(transcript, &step.id, &path)?);
            }
            Action::SetPin { .. } | Action::GenerateKey { .. } => {}
        }
    }
    none(obstacles)
}

fn token(
    hsm: &Hsm,
    transcript: &Transcript,
    step: &str,
    label: &str,
    must_exist: bool,
) -> Result<Option<Obstacle>, ApplyError> {
    let tokens = hsm.tokens(label).map_err(failed(step))?;
    let label = label.to_owned();
    let done = transcript.done(step);
    Ok(match tokens.as_slice() {
        [] if must_exist || done.is_some() => Some(Obstacle::TokenMissing(label)),
        [] => None,
        [_] if !must_exist && transcript.started(step).is_none() => {
            Some(Obstacle::TokenExists(label))
        }
        [token] => done
            .and_then(|line| line.seen.get("serial"))
            .filter(|serial| **serial != token.serial)
            .map(|serial| Obstacle::TokenReplaced {
                label,
                recorded: serial.clone(),
                found: token.serial.clone(),
            }),
        _ => Some(Obstacle::TokenAmbiguous(label)),
    })
}

fn certificate_file(
    transcript: &Transcript,
    step: &str,
    path: &Path,
) -> Result<Option<Obstacle>, ApplyError> {
    let text = files::read_text(path, certificate::MAX_CERTIFICATE_FILE_OCTETS)
        .map_err(|e| ApplyError::File(path.to_owned(), e.kind()))?;
    let differs = |what| Some(Obstacle::CertificateDiffers(path.to_owned(), what));
    let done = transcript.done(step);
    let started = transcript.started(step);
    let Some(text) = text else {
        return Ok(done.map(|_| Obstacle::CertificateMissing(path.to_owned())));
    };
    let Some(started) = started else {
        return Ok(Some(Obstacle::CertificateExists(path.to_owned())));
    };
    let Some(found) = certificate::summary(&text) else {
        return Ok(differs(Difference::Malformed));
    };
    let as_recorded = match done {
        Some(done) => done.seen.get("sha256") == Some(&found.sha256),
        None => Terms::recorded(started).is_some_and(|terms| terms.fit(&found)),
    };
    Ok(if as_recorded {
        None
    } else {
        differs(Difference::Content)
    })
}

/// Keys on the tokens that are ready: what can be seen only after login.
pub(super) fn keys(
    spec: &Spec,
    plan: &Plan,
    transcript: &Transcript,
    hsm: &mut Hsm,
) -> Result<(), ApplyError> {
    let mut obstacles = Vec::new();
    for step in &plan.steps {
        let Action::GenerateKey { key, .. } = &step.action else {
            continue;
        };
        let Some(key) = spec.key(key) else { continue };
        let Some(token) = spec.token(&key.token) else {
            continue;
        };
        let ready = !token.initialize || transcript.done(&format!("pin:{}", token.id)).is_some();
        if !ready {
            continue;
        }
        let session = hsm.session(&step.id, token)?;
        let found = key::look(session, spec, key).map_err(failed(&step.id))?;
        let label = key.label.clone();
        let begun = transcript.started(&step.id).is_some();
        obstacles.extend(match (found, transcript.done(&step.id)) {
            (key::Found::Nothing, Some(_)) => Some(Obstacle::KeyMissing(label)),
            (key::Found::Nothing, None) => None,
            (key::Found::Half | key::Found::Other(Difference::Unsafe), None) if begun => None,
            (key::Found::Half, _) => Some(Obstacle::KeyDiffers(label, Difference::HalfMade)),
            (key::Found::Other(what), Some(_)) => Some(Obstacle::KeyDiffers(label, what)),
            (key::Found::AsPlanned(seen), Some(done)) => (seen.get("spki_sha256")
                != done.seen.get("spki_sha256"))
            .then_some(Obstacle::KeyDiffers(label, Difference::PublicKey)),
            (_, None) if !begun => Some(Obstacle::KeyExists(label)),
            (key::Found::Other(what), None) => Some(Obstacle::KeyDiffers(label, what)),
            (key::Found::AsPlanned(_), None) => None,
        });
    }
    none(obstacles)
}

fn none(obstacles: Vec<Obstacle>) -> Result<(), ApplyError> {
    if obstacles.is_empty() {
        Ok(())
    } else {
        Err(ApplyError::InTheWay(obstacles))
    }
}
