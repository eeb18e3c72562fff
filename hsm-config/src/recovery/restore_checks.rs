//! Whether an archive can be restored here: what must fit, and what must not be in the way.

use std::path::{Path, PathBuf};

use super::backup::{holds, known_token, transcript_name};
use super::container::{Archive, CERTIFICATES, SHARES};
use super::contents::{self, TokenContents};
use super::{KeyEntry, Manifest, RecoveryError as Error};
use crate::files;
use crate::share_ceremony::set_path;
use crate::spec::{Spec, TokenSpec};
use crate::transcript::{Later, Transcript};

/// Largest file of a set of shares, in bytes.
const MAX_SHARES: u64 = 64 * 1024;

pub(super) fn is(token: &TokenContents, manifest: &Manifest) -> bool {
    token.label == manifest.token.label && token.serial == manifest.token.serial
}

pub(super) fn of_this_environment<'a>(
    spec: &'a Spec,
    manifest: &Manifest,
) -> Result<&'a TokenSpec, Error> {
    let same = |what, archived: &str, specified: &str| {
        if archived == specified {
            return Ok(());
        }
        let (archived, specified) = (archived.to_owned(), specified.to_owned());
        Err(Error::OtherEnvironment(what, archived, specified))
    };
    same("environment", &manifest.environment, spec.environment())?;
    same("profile", &manifest.profile, spec.profile().name)?;
    let token = known_token(spec, &manifest.token.id)?;
    same("label", &manifest.token.label, &token.label)?;
    Ok(token)
}

/// The transcript in the archive must be complete, intact, and end as its manifest states.
pub(super) fn archived_transcript(
    spec: &Spec,
    archive: &Archive,
    from: &Path,
) -> Result<Transcript, Error> {
    let damaged = || Error::Damaged(from.to_owned());
    let name = transcript_name(spec);
    let mut texts = archive.below(CERTIFICATES);
    let (_, content) = texts
        .find(|(found, _)| *found == name)
        .ok_or_else(damaged)?;
    let text = std::str::from_utf8(content).map_err(|_| damaged())?;
    let transcript = Transcript::parse(text, &spec.transcript_path()).map_err(|_| damaged())?;
    let manifest = &archive.manifest;
    let fits = transcript.is_complete() && transcript.head() == manifest.transcript_head;
    fits.then_some(transcript).ok_or_else(damaged)
}

/// The transcript that counts: the one here, which must begin as the archive's, or the archive's.
pub(super) fn continued<'a>(
    here: Option<&'a Transcript>,
    archived: &'a Transcript,
) -> Result<&'a Transcript, Error> {
    match here {
        None => Ok(archived),
        Some(here) if here.lines().starts_with(archived.lines()) => Ok(here),
        Some(here) => Err(Error::OtherTranscript(here.path().to_owned())),
    }
}

/// Keys that were recorded after the backup. Those of the archive must be recorded as they are in it.
pub(super) fn later_keys(
    manifest: &Manifest,
    recorded: Vec<KeyEntry>,
) -> Result<Vec<String>, Error> {
    let unknown = |key: &&KeyEntry| !recorded.contains(*key);
    if let Some(key) = manifest.keys.iter().find(unknown) {
        return Err(Error::KeysMissing(vec![key.id.clone()]));
    }
    let later = recorded
        .into_iter()
        .filter(|key| !manifest.keys.contains(key));
    Ok(later.map(|key| key.id).collect())
}

/// Files of the archive that are not here, the transcript last: it is what a resumed run goes by.
pub(super) fn missing_files(
    spec: &Spec,
    token: &TokenSpec,
    archive: &Archive,
    with_transcript: bool,
) -> Result<Vec<(PathBuf, Vec<u8>)>, Error> {
    let mut writes = Vec::new();
    for (_, content) in archive.below(SHARES) {
        let path = set_path(spec, token);
        let here = files::read_bytes(&path, MAX_SHARES).map_err(Error::file(&path))?;
        match here {
            None => writes.push((path, content.to_vec())),
            Some(here) if here == content => {}
            Some(_) => return Err(Error::OtherShares(path)),
        }
    }
    let name = transcript_name(spec);
    let texts = archive.below(CERTIFICATES);
    for (found, content) in texts.filter(|(found, _)| *found != name) {
        let path = spec.certificate_dir().join(found);
        if path.symlink_metadata().is_err() {
            writes.push((path, content.to_vec()));
        }
    }
    if with_transcript {
        let mut texts = archive.below(CERTIFICATES);
        let transcript = texts.find(|(found, _)| *found == name);
        writes.extend(transcript.map(|(_, content)| (spec.transcript_path(), content.to_vec())));
    }
    Ok(writes)
}

/// Whether an interrupted run with this archive has put the token in place. Any other token with its label or serial number is in the
/// way.
pub(super) fn placed(
    spec: &Spec,
    program: &Path,
    archive: &Archive,
    transcript: &Transcript,
) -> Result<bool, Error> {
    let manifest = &archive.manifest;
    let live = contents::read(spec, program, None)?;
    let mut similar = live.tokens.iter().filter(|token| {
        token.label == manifest.token.label || token.serial == manifest.token.serial
    });
    let (found, others) = (similar.next(), similar.next());
    let Some(found) = found else {
        return Ok(false);
    };
    if others.is_some() {
        return Err(exists(manifest));
    }
    let resumed = started(transcript, &manifest.token.id, &archive.sha256).is_some();
    match resumed && is(found, manifest) && holds(&manifest.keys, found).is_ok() {
        true => Ok(true),
        false => Err(exists(manifest)),
    }
}

fn exists(manifest: &Manifest) -> Error {
    let token = &manifest.token;
    Error::TokenExists(token.label.clone(), token.serial.clone())
}

/// The step of a restore from this archive that was started and has no result.
pub(super) fn started(transcript: &Transcript, token: &str, sha256: &str) -> Option<String> {
    let line = transcript.open_step(Later::Restore, token)?;
    let archive = line.details.get("sha256")?;
    (archive == sha256).then(|| line.step.clone())
}
