//! The record of a ceremony: what was done, when, and with which result; no secret.
//!
//! One JSON object per line in `transcript.jsonl`. Each line carries the SHA-256 of the line before, so that a line cannot be changed,
//! dropped or moved unnoticed; the custodians sign the last hash on paper. A step is recorded as started before it is done: that
//! is how an interrupted `apply` recognises its own work.
//!
//! - `later`: what is done to a token after the ceremony
//! - [`line`](Line): one line and its hash
//! - `text`: a transcript as text

mod later;
mod line;
mod text;

use std::io;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use thiserror::Error;

pub(crate) use later::Later;
use later::later_step;
pub use line::{Details, Event, Line};
pub use text::printable;

use crate::files;

/// Detail of an opening line: what the library reports about itself, with its version.
pub const LIBRARY: &str = "library";

/// How far clocks may differ, or be set back between two runs.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// Largest transcript read, in bytes.
pub const MAX_TRANSCRIPT_BYTES: u64 = 4 * 1024 * 1024;

/// A transcript whose hash chain is intact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transcript {
    path: PathBuf,
    lines: Vec<Line>,
}

/// Why a transcript cannot be used. Sentences are in [`catalogue::transcript`](crate::catalogue::transcript).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{:?}", self)]
pub enum TranscriptError {
    /// The file could not be read or written.
    File(PathBuf, io::ErrorKind),
    /// There is no such file.
    Missing(PathBuf),
    /// This line (from 1) is not a line of a transcript.
    Malformed(PathBuf, usize),
    /// The hash chain breaks at this line (from 1): it or an earlier line was changed.
    Broken(PathBuf, usize),
}

impl Transcript {
    /// An empty transcript for that file; nothing is written yet.
    pub(crate) fn new(path: PathBuf) -> Self {
        Self {
            path,
            lines: Vec::new(),
        }
    }

    /// Reads a transcript and checks its chain; `None` when there is no file.
    pub fn load(path: &Path) -> Result<Option<Self>, TranscriptError> {
        let text = files::read_text(path, MAX_TRANSCRIPT_BYTES)
            .map_err(|e| TranscriptError::File(path.to_owned(), e.kind()))?;
        text.map(|text| Self::parse(&text, path)).transpose()
    }

    /// Checks the chain of a transcript given as text; errors name `path`.
    pub(crate) fn parse(text: &str, path: &Path) -> Result<Self, TranscriptError> {
        let mut lines: Vec<Line> = Vec::new();
        for (n, text) in text.split_inclusive('\n').enumerate() {
            let malformed = || TranscriptError::Malformed(path.to_owned(), n + 1);
            let text = text.strip_suffix('\n').ok_or_else(malformed)?;
            let line: Line = serde_json::from_str(text).map_err(|_| malformed())?;
            if !line.follows(lines.last()) {
                return Err(TranscriptError::Broken(path.to_owned(), n + 1));
            }
            lines.push(line);
        }
        if lines.is_empty() {
            return Err(TranscriptError::Malformed(path.to_owned(), 1));
        }
        Ok(Self {
            path: path.to_owned(),
            lines,
        })
    }

    /// Its file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its lines.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Hash of the last line, hex; empty for an empty transcript.
    #[must_use]
    pub fn head(&self) -> &str {
        self.lines.last().map_or("", |line| line.hash.as_str())
    }

    /// The line that opened the ceremony, or the last one that extended it: which plan, who took part.
    #[must_use]
    pub fn opening(&self) -> Option<&Line> {
        self.lines.first().filter(|l| l.event == Event::Begun)?;
        let mut lines = self.lines.iter().rev();
        lines.find(|l| matches!(l.event, Event::Begun | Event::Extended))
    }

    /// SHA-256 of the plan, or of the longer plan that followed, hex.
    #[must_use]
    pub fn plan_sha256(&self) -> Option<&str> {
        let opening = self.opening()?;
        opening.details.get("plan_sha256").map(String::as_str)
    }

    /// The time of the last line, if it is later than `now` by more than clocks may differ.
    #[must_use]
    pub fn ahead_of(&self, now: Timestamp) -> Option<Timestamp> {
        let last = self.lines.last()?.at;
        (last > now.saturating_add(CLOCK_TOLERANCE).unwrap_or(now)).then_some(last)
    }

    /// Whether every step was done. What was done to the environment afterwards does not matter.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let mut steps = self.lines.iter().rev().filter(|l| !is_beside_the_plan(l));
        steps.next().is_some_and(|l| l.event == Event::Completed)
    }

    /// How many steps of the plan were done.
    #[must_use]
    pub fn steps_done(&self) -> usize {
        let done = |l: &&Line| {
            matches!(l.event, Event::Done | Event::Recognised) && !is_beside_the_plan(l)
        };
        let steps = self.lines.iter().filter(done).map(|l| l.step.as_str());
        steps.collect::<std::collections::BTreeSet<_>>().len()
    }

    /// The last CRL of a CA that was started, signed or not.
    #[must_use]
    pub fn last_crl(&self, ca: &str) -> Option<&Line> {
        let step = crl_step(ca);
        let mut lines = self.lines.iter().rev();
        lines.find(|l| l.step.starts_with(&step) && l.event == Event::Started)
    }

    /// What was recorded when this step was started.
    #[must_use]
    pub fn started(&self, step: &str) -> Option<&Line> {
        self.find(step, &[Event::Started])
    }

    /// What was recorded when this step was done.
    #[must_use]
    pub fn done(&self, step: &str) -> Option<&Line> {
        self.find(step, &[Event::Done, Event::Recognised])
    }

    /// The serial number of a token: of the ceremony, or of the adoption that followed.
    #[must_use]
    pub fn token_serial(&self, token: &str) -> Option<&str> {
        self.token_serials(token).next_back()
    }

    /// All serial numbers that a token has had, in their order.
    pub(crate) fn token_serials(&self, token: &str) -> impl DoubleEndedIterator<Item = &str> {
        let ceremony = format!("token:{token}");
        let adoption = later_step(Later::Adoption, token);
        let lines = self.lines.iter().filter(move |line| {
            matches!(line.event, Event::Done | Event::Recognised)
                && (line.step == ceremony || line.step.starts_with(&adoption))
        });
        lines.filter_map(|line| line.details.get("serial").map(String::as_str))
    }

    /// The last adoption of a token, if another one was ever adopted in its place.
    pub(crate) fn adoption(&self, token: &str) -> Option<&Line> {
        let step = later_step(Later::Adoption, token);
        let mut lines = self.lines.iter().rev();
        lines.find(|line| line.event == Event::Done && line.step.starts_with(&step))
    }

    /// Name of what is done to a token next, after the ceremony.
    pub(crate) fn next_step(&self, what: Later, token: &str) -> String {
        let step = later_step(what, token);
        let numbers = self.lines.iter().filter_map(|line| {
            let number = line.step.strip_prefix(&step)?;
            number.parse::<u32>().ok()
        });
        let number = numbers.max().unwrap_or(0).saturating_add(1);
        format!("{step}{number}")
    }

    /// The step of this kind that was started and has no result yet.
    pub(crate) fn open_step(&self, what: Later, token: &str) -> Option<&Line> {
        let step = later_step(what, token);
        let mut lines = self.lines.iter().rev();
        let last = lines.find(|line| line.step.starts_with(&step))?;
        (last.event == Event::Started).then_some(last)
    }

    fn find(&self, step: &str, events: &[Event]) -> Option<&Line> {
        self.lines
            .iter()
            .rev()
            .find(|line| line.step == step && events.contains(&line.event))
    }

    /// Adds a line and writes the file.
    pub(crate) fn append(
        &mut self,
        at: Timestamp,
        event: Event,
        step: &str,
        details: Details,
    ) -> Result<&Line, TranscriptError> {
        self.lines
            .push(Line::next(self.lines.last(), at, event, step, details));
        if let Err(e) = files::write_atomically(&self.path, self.to_jsonl().as_bytes()) {
            self.lines.pop();
            return Err(TranscriptError::File(self.path.clone(), e.kind()));
        }
        self.lines
            .last()
            .ok_or_else(|| TranscriptError::Missing(self.path.clone()))
    }

    /// The transcript as it is in its file.
    #[must_use]
    pub fn to_jsonl(&self) -> String {
        let mut text = String::new();
        for line in &self.lines {
            text.push_str(&line.to_json());
            text.push('\n');
        }
        text
    }

    /// The transcript as text.
    #[must_use]
    pub fn to_text(&self) -> String {
        text::render(self)
    }
}

/// How the steps of all CRLs begin.
const CRL_STEP: &str = "crl:";

/// Name of a CA's CRL steps; the CRL number follows.
pub(crate) fn crl_step(ca: &str) -> String {
    format!("{CRL_STEP}{ca}:")
}

/// A line about what was done after the ceremony, which is no step of the plan.
fn is_beside_the_plan(line: &Line) -> bool {
    let begins = |prefix: &str| line.step.starts_with(prefix);
    begins(CRL_STEP) || Later::ALL.iter().any(|what| begins(what.prefix()))
}
