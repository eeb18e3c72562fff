//! The restore of a token from an archive, on an HSM that does not have it.
//!
//! Nothing appears among the tokens before the module has found the right keys in a staged copy. The restore is recorded as started
//! before the token is put in place, so an interrupted one is resumed by running it again with the same archive.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::backup::{by_program, details, holds, recorded_keys};
use super::container::{self, Archive, TOKEN};
use super::contents;
use super::restore_checks::{
    archived_transcript, continued, is, later_keys, missing_files, of_this_environment, placed,
    started,
};
use super::softhsm::Store;
use super::stage::Stage;
use super::{Identity, Manifest, RecoveryError as Error};
use crate::apply::{ApplyError, clock, lock};
use crate::files;
use crate::plan::plan;
use crate::spec::{Spec, TokenSpec};
use crate::transcript::{Event, Later, Transcript};
use crate::verify::{Finding, Report, VerifyError, verify_token};

/// An archive that can be restored here. Nothing has been changed yet.
pub struct Restoration<'a> {
    spec: &'a Spec,
    program: &'a Path,
    now: Timestamp,
    token: TokenSpec,
    archive: Archive,
    /// The transcript here, if there is one; it begins as the archive's.
    here: Option<Transcript>,
    archived: Transcript,
    store: Store,
    placed: bool,
    writes: Vec<(PathBuf, Vec<u8>)>,
    later_keys: Vec<String>,
}

/// A token that was put in place.
#[derive(Debug)]
pub struct Restored {
    /// What was checked: the certificates, the token, its keys.
    pub report: Report,
    /// Last hash of the transcript.
    pub head: String,
}

/// Reads an archive and checks whether it can be restored here: that it is of this environment, and that no token here has its label
/// or serial number. `program` is `inkan-hsm`, which loads the module in a process of its own.
///
/// # Errors
/// [`Error`]; nothing was changed.
pub fn open<'a>(
    spec: &'a Spec,
    from: &Path,
    identities: &[Identity],
    now: Timestamp,
    program: &'a Path,
) -> Result<Restoration<'a>, Error> {
    by_program(spec)?;
    let archive = container::read(from, identities)?;
    let token = of_this_environment(spec, &archive.manifest)?.clone();
    let archived = archived_transcript(spec, &archive, from)?;
    let here = Transcript::load(&spec.transcript_path())?;
    let transcript = continued(here.as_ref(), &archived)?;
    let (recorded, planned) = (transcript.plan_sha256(), plan(spec).sha256);
    if recorded != Some(planned.as_str()) {
        return Err(Error::Apply(ApplyError::OtherPlan {
            transcript: spec.transcript_path(),
            recorded: recorded.unwrap_or_default().to_owned(),
            planned,
        }));
    }
    clock(transcript, now)?;
    let serial = &archive.manifest.token.serial;
    if let Some(current) = transcript.token_serial(&token.id)
        && current != serial
    {
        return Err(Error::Superseded(serial.clone(), current.to_owned()));
    }
    let later_keys = later_keys(
        &archive.manifest,
        recorded_keys(spec, transcript, &token.id),
    )?;
    let writes = missing_files(spec, &token, &archive, here.is_none())?;
    let store = Store::find()?;
    let placed = placed(spec, program, &archive, transcript)?;
    let target = store.path().join(&archive.manifest.directory);
    if !placed && target.symlink_metadata().is_ok() {
        return Err(Error::TargetExists(target));
    }
    Ok(Restoration {
        spec,
        program,
        now,
        token,
        archive,
        here,
        archived,
        store,
        placed,
        writes,
        later_keys,
    })
}

impl Restoration<'_> {
    /// What the archive contains.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.archive.manifest
    }

    /// Where the token will be.
    #[must_use]
    pub fn target(&self) -> PathBuf {
        self.store.path().join(&self.archive.manifest.directory)
    }

    /// Whether an interrupted run has put the token in place.
    #[must_use]
    pub const fn is_placed(&self) -> bool {
        self.placed
    }

    /// The files that will be written; existing ones stay as they are.
    pub fn writes(&self) -> impl Iterator<Item = &Path> {
        self.writes.iter().map(|(path, _)| path.as_path())
    }

    /// Ids of keys that were made after the backup, so they are lost.
    #[must_use]
    pub fn later_keys(&self) -> &[String] {
        &self.later_keys
    }

    /// Restores. The PIN comes from its source and is sent once; `terminal`: officers may be prompted for it. `code`: under which code
    /// the transcript records a finding.
    ///
    /// # Errors
    /// [`Error`]; it can be run again. Findings are in the report.
    pub fn perform(
        self,
        terminal: bool,
        code: fn(&Finding) -> &'static str,
    ) -> Result<Restored, Error> {
        let spec = self.spec;
        let _lock = lock(spec)?;
        // Before this run took the lock, another run may have written.
        if Transcript::load(&spec.transcript_path())? != self.here {
            return Err(ApplyError::Busy(spec.certificate_dir().to_owned()).into());
        }
        let staged = match self.placed {
            true => None,
            false => Some(self.stage()?),
        };
        for (path, content) in &self.writes {
            files::write_atomically(path, content).map_err(Error::file(path))?;
        }
        let pin = self.token.read_pin(terminal);
        let pin = pin.map_err(|error| VerifyError::Pin(self.token.label.clone(), error))?;
        let mut transcript = self.here.clone().unwrap_or_else(|| self.archived.clone());
        let details = details(&self.archive.manifest, &self.archive.sha256);
        let step = match started(&transcript, &self.token.id, &self.archive.sha256) {
            Some(step) => step,
            None => {
                let step = transcript.next_step(Later::Restore, &self.token.id);
                transcript.append(self.now, Event::Started, &step, details.clone())?;
                step
            }
        };
        if let Some((_stage, path)) = staged {
            let target = self.target();
            fs::rename(&path, &target).map_err(Error::file(&target))?;
            files::sync_directory(self.store.path()).map_err(Error::file(self.store.path()))?;
        }
        let checked = (self.now, &pin);
        let report = verify_token(spec, &self.token, &transcript, false, checked)?;
        let mut details = details;
        let codes: Vec<_> = report.findings().map(code).collect();
        let event = if codes.is_empty() {
            Event::Done
        } else {
            details.insert("findings".to_owned(), codes.join(" "));
            Event::Failed
        };
        let head = transcript.append(self.now, event, &step, details)?;
        let head = head.hash.clone();
        Ok(Restored { report, head })
    }

    /// A copy of the token in a directory that the module of another process has read.
    fn stage(&self) -> Result<(Stage, PathBuf), Error> {
        let manifest = &self.archive.manifest;
        let stage = Stage::new(self.store.path())?;
        let path = stage.put(&manifest.directory, self.archive.below(TOKEN))?;
        let configuration = stage.configuration()?;
        let found = contents::read(self.spec, self.program, Some(&configuration))?;
        let [token] = found.tokens.as_slice() else {
            return Err(Error::CopyDiffers("number of tokens"));
        };
        if !is(token, manifest) {
            return Err(Error::CopyDiffers("label or serial number"));
        }
        holds(&manifest.keys, token)?;
        Ok((stage, path))
    }
}
