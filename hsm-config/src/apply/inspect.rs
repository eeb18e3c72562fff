//! Conflicts that stop a ceremony, checked before anything is changed.

use std::path::Path;

use inkan_pki::pkcs11::mechanisms::lack;

use super::certificate;
use super::error::{ApplyError, Conflict, Difference};
use super::hsm::{Hsm, failed};
use super::key;
use super::planned_fields::PlannedFields;
use crate::files;
use crate::history::History;
use crate::plan::{Action, Plan};
use crate::spec::Spec;
use crate::transcript::Transcript;

/// Tokens and certificate files: what can be checked without a PIN.
pub(super) fn tokens_and_files(
    spec: &Spec,
    plan: &Plan,
    transcript: &Transcript,
    hsm: &Hsm,
) -> Result<(), ApplyError> {
    let mut conflicts = Vec::new();
    for step in &plan.steps {
        match &step.action {
            Action::InitializeToken { token: id, label } => {
                conflicts.extend(token(hsm, transcript, (&step.id, id), label, false)?);
            }
            Action::FindToken { token: id, label } => {
                conflicts.extend(token(hsm, transcript, (&step.id, id), label, true)?);
            }
            Action::Certify { key, .. } => {
                let path = spec.certificate_path(key);
                conflicts.extend(certificate_file(transcript, &step.id, &path)?);
            }
            Action::GenerateKey { key, .. } if transcript.done(&step.id).is_none() => {
                conflicts.extend(unsupported(spec, hsm, &step.id, key)?);
            }
            Action::SetPin { .. } | Action::GenerateKey { .. } => {}
        }
    }
    require_none(conflicts)
}

fn token(
    hsm: &Hsm,
    transcript: &Transcript,
    (step, id): (&str, &str),
    label: &str,
    must_exist: bool,
) -> Result<Option<Conflict>, ApplyError> {
    let tokens = hsm.tokens(label).map_err(failed(step))?;
    let label = label.to_owned();
    let done = transcript.done(step);
    Ok(match tokens.as_slice() {
        [] if must_exist || done.is_some() => Some(Conflict::TokenMissing(label)),
        [] => None,
        [_] if !must_exist && transcript.started(step).is_none() => {
            Some(Conflict::TokenExists(label))
        }
        [token] => transcript
            .token_serial(id)
            .filter(|serial| *serial != token.serial)
            .map(|serial| Conflict::TokenReplaced {
                label,
                recorded: serial.to_owned(),
                found: token.serial.clone(),
            }),
        _ => Some(Conflict::TokenAmbiguous(label)),
    })
}

/// Whether the token, or the slot in which it will be initialised, has the mechanisms for this key.
fn unsupported(
    spec: &Spec,
    hsm: &Hsm,
    step: &str,
    key: &str,
) -> Result<Option<Conflict>, ApplyError> {
    let Some((key, token)) = spec
        .key(key)
        .and_then(|key| Some((key, spec.token(&key.token)?)))
    else {
        return Ok(None);
    };
    let mut found = hsm.tokens(&token.label).map_err(failed(step))?;
    let device = match found.pop() {
        Some(device) => Some(device),
        None if token.initialize => hsm.module().free_token().ok(),
        None => None,
    };
    let Some(device) = device else {
        return Ok(None);
    };
    let mechanisms = hsm.module().mechanisms(&device).map_err(failed(step))?;
    Ok(
        lack(&mechanisms, key.algorithm).map(|lacks| Conflict::KeyUnsupported {
            label: key.label.clone(),
            algorithm: key.algorithm.as_str(),
            lacks,
        }),
    )
}

fn certificate_file(
    transcript: &Transcript,
    step: &str,
    path: &Path,
) -> Result<Option<Conflict>, ApplyError> {
    let text = files::read_text(path, certificate::MAX_CERTIFICATE_FILE_BYTES)
        .map_err(|e| ApplyError::File(path.to_owned(), e.kind()))?;
    let differs = |what| Some(Conflict::CertificateDiffers(path.to_owned(), what));
    let done = transcript.done(step);
    let started = transcript.started(step);
    let Some(text) = text else {
        return Ok(done.map(|_| Conflict::CertificateMissing(path.to_owned())));
    };
    let Some(started) = started else {
        return Ok(Some(Conflict::CertificateExists(path.to_owned())));
    };
    let Some(found) = certificate::summary(&text) else {
        return Ok(differs(Difference::Malformed));
    };
    let as_recorded = match done {
        Some(done) => done.details.get("sha256") == Some(&found.sha256),
        None => {
            PlannedFields::recorded(started).is_some_and(|fields| fields.match_certificate(&found))
        }
    };
    Ok(if as_recorded {
        None
    } else {
        differs(Difference::Content)
    })
}

/// Keys on the initialised tokens: what can be checked only after login.
pub(super) fn keys(
    spec: &Spec,
    plan: &Plan,
    transcript: &Transcript,
    hsm: &mut Hsm,
) -> Result<(), ApplyError> {
    let mut conflicts = Vec::new();
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
        let history = History::of(transcript, key);
        let found = key::find_key(session, spec, key, history).map_err(failed(&step.id))?;
        let label = key.label.clone();
        let begun = transcript.started(&step.id).is_some();
        conflicts.extend(match (found, transcript.done(&step.id)) {
            (key::Found::Nothing, Some(_)) => Some(Conflict::KeyMissing(label)),
            (key::Found::Nothing, None) => None,
            (key::Found::Incomplete | key::Found::Other(Difference::Unsafe), None) if begun => None,
            (key::Found::Incomplete, _) => {
                Some(Conflict::KeyDiffers(label, Difference::Incomplete))
            }
            (key::Found::Other(what), Some(_)) => Some(Conflict::KeyDiffers(label, what)),
            (key::Found::AsPlanned(details), Some(done)) => (details.get("spki_sha256")
                != done.details.get("spki_sha256"))
            .then_some(Conflict::KeyDiffers(label, Difference::PublicKey)),
            (_, None) if !begun => Some(Conflict::KeyExists(label)),
            (key::Found::Other(what), None) => Some(Conflict::KeyDiffers(label, what)),
            (key::Found::AsPlanned(_), None) => None,
        });
    }
    require_none(conflicts)
}

fn require_none(conflicts: Vec<Conflict>) -> Result<(), ApplyError> {
    if conflicts.is_empty() {
        Ok(())
    } else {
        Err(ApplyError::Conflicts(conflicts))
    }
}
