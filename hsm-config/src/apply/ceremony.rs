//! One run of `apply`, from opening to completion.

use std::fs::File;
use std::path::PathBuf;
use std::time::Instant;

use jiff::Timestamp;

use super::error::ApplyError;
use super::hsm::{FromSources, Hsm, PinReader, failed};
use super::{certificate, extend, inspect, key, token};
use crate::plan::{Action, Plan, Step, plan};
use crate::spec::Spec;
use crate::transcript::{Details, Event, LIBRARY, Line, Transcript, TranscriptError};

/// A ceremony in progress. Holds the lock of the certificate directory.
pub struct Ceremony<'a> {
    pub(super) spec: &'a Spec,
    pub(super) hsm: Hsm,
    pub(super) transcript: Transcript,
    plan: Plan,
    next: usize,
    /// When this run was called: the validity of certificates starts here, however long the officers take.
    pub(super) now: Timestamp,
    started: Instant,
    on_line: &'a mut dyn FnMut(&Line),
    _lock: File,
}

impl<'a> Ceremony<'a> {
    /// Checks that the ceremony can begin or resume, reads the PINs and records the opening. Until then nothing is changed.
    ///
    /// # Errors
    /// [`ApplyError`].
    pub fn open(
        spec: &'a Spec,
        now: Timestamp,
        terminal: bool,
        on_line: &'a mut dyn FnMut(&Line),
    ) -> Result<Self, ApplyError> {
        Self::open_with(spec, now, &mut FromSources { terminal }, on_line)
    }

    /// As [`Ceremony::open`], with the PINs from this reader.
    pub(crate) fn open_with(
        spec: &'a Spec,
        now: Timestamp,
        pins: &mut dyn PinReader,
        on_line: &'a mut dyn FnMut(&Line),
    ) -> Result<Self, ApplyError> {
        let started = Instant::now();
        let plan = plan(spec);
        let transcript = usable_transcript(spec, &plan)?;
        clock(&transcript, now)?;
        let mut hsm = Hsm::load(spec)?;
        inspect::tokens_and_files(spec, &plan, &transcript, &hsm)?;
        for token in spec.tokens() {
            let pin_step = format!("pin:{}", token.id);
            let new = token.initialize && transcript.done(&pin_step).is_none();
            hsm.read_pins(token, new, pins)?;
        }
        inspect::keys(spec, &plan, &transcript, &mut hsm)?;
        let lock = lock(spec)?;
        // Before this run took the lock, another run may have written.
        if usable_transcript(spec, &plan)? != transcript {
            return Err(ApplyError::Busy(spec.certificate_dir().to_owned()));
        }
        let mut ceremony = Self {
            spec,
            hsm,
            transcript,
            plan,
            next: 0,
            now,
            started,
            on_line,
            _lock: lock,
        };
        ceremony.record_opening()?;
        Ok(ceremony)
    }

    /// Does the next step; false when every step was done before this call.
    ///
    /// # Errors
    /// [`ApplyError`]; the ceremony can be opened again afterwards.
    pub fn step(&mut self) -> Result<bool, ApplyError> {
        let Some(step) = self.plan.steps.get(self.next).cloned() else {
            if !self.transcript.is_complete() {
                self.record(Event::Completed, "", Details::new())?;
            }
            return Ok(false);
        };
        if self.transcript.done(&step.id).is_none() {
            self.perform(&step)?;
        }
        self.next += 1;
        Ok(true)
    }

    /// The next step that is not done yet.
    pub(crate) fn next_step(&self) -> Option<&Step> {
        let mut steps = self.plan.steps.iter();
        steps.find(|step| self.transcript.done(&step.id).is_none())
    }

    /// The transcript so far.
    #[must_use]
    pub fn into_transcript(self) -> Transcript {
        self.transcript
    }

    fn perform(&mut self, step: &Step) -> Result<(), ApplyError> {
        let id = step.id.as_str();
        match &step.action {
            Action::InitializeToken { token, label } => token::initialize(self, id, token, label),
            Action::SetPin { token, label } => token::set_pin(self, id, token, label),
            Action::FindToken { label, .. } => token::find(self, id, label),
            Action::GenerateKey { key, .. } => match self.spec.key(key) {
                Some(key) => key::generate(self, id, key),
                None => Ok(()),
            },
            Action::Certify { key, .. } => match self.spec.certificate(key) {
                Some(certificate) => certificate::certify(self, id, certificate),
                None => Ok(()),
            },
        }
    }

    /// Records a step as started, unless an earlier run did. True when this run did.
    pub(super) fn start(&mut self, step: &str, details: Details) -> Result<bool, ApplyError> {
        if self.transcript.started(step).is_some() {
            return Ok(false);
        }
        self.record(Event::Started, step, details)?;
        Ok(true)
    }

    pub(crate) fn record(
        &mut self,
        event: Event,
        step: &str,
        details: Details,
    ) -> Result<(), ApplyError> {
        let at = self.time();
        let line = self.transcript.append(at, event, step, details)?;
        (self.on_line)(line);
        Ok(())
    }

    /// The time now.
    fn time(&self) -> Timestamp {
        let passed = jiff::SignedDuration::try_from(self.started.elapsed()).unwrap_or_default();
        self.now.checked_add(passed).unwrap_or(self.now)
    }

    fn record_opening(&mut self) -> Result<(), ApplyError> {
        let mut details = Details::from([
            ("environment".to_owned(), self.plan.environment.clone()),
            ("profile".to_owned(), self.plan.profile.to_owned()),
            (
                "module".to_owned(),
                self.hsm.module().path().display().to_string(),
            ),
            ("plan_sha256".to_owned(), self.plan.sha256.clone()),
            (
                "program".to_owned(),
                concat!("inkan-hsm ", env!("CARGO_PKG_VERSION")).to_owned(),
            ),
        ]);
        let library = self.hsm.module().library().map_err(failed(""))?;
        details.insert(LIBRARY.to_owned(), library.to_string());
        for (n, custodian) in self.spec.custodians().iter().enumerate() {
            let who = format!("{} ({})", custodian.name, custodian.role);
            details.insert(format!("custodian_{:02}", n + 1), who);
        }
        let event = match self.transcript.plan_sha256() {
            None => Event::Begun,
            Some(recorded) if recorded == self.plan.sha256 => Event::Resumed,
            Some(_) => Event::Extended,
        };
        self.record(event, "", details)
    }
}

/// The transcript to continue: of this plan and not complete, or complete and of a part of this plan.
fn usable_transcript(spec: &Spec, plan: &Plan) -> Result<Transcript, ApplyError> {
    let path = spec.transcript_path();
    let Some(transcript) = Transcript::load(&path)? else {
        return Ok(Transcript::new(path));
    };
    let recorded = transcript.plan_sha256().unwrap_or_default();
    if recorded != plan.sha256 {
        if extend::extends(spec, plan, &transcript) {
            return Ok(transcript);
        }
        return Err(ApplyError::OtherPlan {
            transcript: path,
            recorded: recorded.to_owned(),
            planned: plan.sha256.clone(),
        });
    }
    if transcript.is_complete() {
        return Err(ApplyError::Complete(path));
    }
    Ok(transcript)
}

/// The transcript of an environment to which something is done after its ceremony, of this plan; `None` when the ceremony is not
/// complete.
pub(crate) fn completed(spec: &Spec) -> Result<Option<Transcript>, ApplyError> {
    let path = spec.transcript_path();
    let missing = || TranscriptError::Missing(path.clone());
    let transcript = Transcript::load(&path)?.ok_or_else(missing)?;
    let recorded = transcript.plan_sha256().unwrap_or_default();
    let planned = plan(spec).sha256;
    if recorded != planned {
        return Err(ApplyError::OtherPlan {
            recorded: recorded.to_owned(),
            transcript: path,
            planned,
        });
    }
    Ok(transcript.is_complete().then_some(transcript))
}

/// Certificates would be valid from a wrong time, and the transcript would run backwards.
pub(crate) fn clock(transcript: &Transcript, now: Timestamp) -> Result<(), ApplyError> {
    match transcript.ahead_of(now) {
        Some(last) => Err(ApplyError::ClockBehind { last, now }),
        None => Ok(()),
    }
}

/// Creates the certificate directory and locks it; the lock ends with the process.
pub(crate) fn lock(spec: &Spec) -> Result<File, ApplyError> {
    let directory: PathBuf = spec.certificate_dir().to_owned();
    let failed = |e: std::io::Error| ApplyError::File(directory.clone(), e.kind());
    std::fs::create_dir_all(&directory).map_err(failed)?;
    let file = File::open(&directory).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(ApplyError::Busy(directory)),
        Err(std::fs::TryLockError::Error(e)) => Err(failed(e)),
    }
}
