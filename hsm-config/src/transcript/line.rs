//! One line of a transcript and its place in the chain.

use std::collections::BTreeMap;

use jiff::{Timestamp, Unit};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// What a step found or made, by name: serials, key ids, fingerprints.
pub type Details = BTreeMap<String, String>;

/// What a line records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// The ceremony began; which plan, which module, who takes part.
    Begun,
    /// The ceremony resumed after an interruption.
    Resumed,
    /// A further ceremony began: its plan contains the recorded plan and more.
    Extended,
    /// A step is about to be done.
    Started,
    /// A step was done.
    Done,
    /// A step was done before it could be recorded, and its result is exactly as planned.
    Recognised,
    /// All steps were done.
    Completed,
    /// A custodian confirmed to be present.
    Present,
    /// A custodian entered a PIN, alone at the keyboard.
    PinEntered,
    /// Two custodians confirmed a step before it was done.
    Confirmed,
    /// The custodians took a break before this step.
    Paused,
    /// Something after the ceremony had no result, or an unclear one.
    Failed,
}

impl Event {
    /// Its name in the file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Resumed => "resumed",
            Self::Extended => "extended",
            Self::Started => "started",
            Self::Done => "done",
            Self::Recognised => "recognised",
            Self::Completed => "completed",
            Self::Present => "present",
            Self::PinEntered => "pin-entered",
            Self::Confirmed => "confirmed",
            Self::Paused => "paused",
            Self::Failed => "failed",
        }
    }
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Number, from 1.
    pub seq: u64,
    /// When, to the millisecond.
    pub at: Timestamp,
    /// What happened.
    pub event: Event,
    /// Which step; empty for the ceremony as a whole.
    pub step: String,
    /// What the step found or made.
    pub details: Details,
    /// Hash of the line before, hex; 64 zeros in the first.
    pub previous: String,
    /// SHA-256, hex, over all fields above, each preceded by its length in bytes (64 bits, big-endian).
    pub hash: String,
}

impl Line {
    pub(super) fn next(
        before: Option<&Self>,
        at: Timestamp,
        event: Event,
        step: &str,
        details: Details,
    ) -> Self {
        let mut line = Self {
            seq: before.map_or(1, |line| line.seq + 1),
            at: at.round(Unit::Millisecond).unwrap_or(at),
            event,
            step: step.to_owned(),
            details,
            previous: before.map_or_else(first_previous, |line| line.hash.clone()),
            hash: String::new(),
        };
        line.hash = line.compute_hash();
        line
    }

    /// Whether this line is unchanged and directly follows `before`.
    pub(super) fn follows(&self, before: Option<&Self>) -> bool {
        self.seq == before.map_or(1, |line| line.seq + 1)
            && self.previous == before.map_or_else(first_previous, |line| line.hash.clone())
            && self.hash == self.compute_hash()
    }

    /// The line as it is in the file, without the newline.
    pub(super) fn to_json(&self) -> String {
        // Strings, numbers and a map of strings: this cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    fn compute_hash(&self) -> String {
        let mut hash = Sha256::new();
        let mut field = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        };
        field(self.previous.as_bytes());
        field(self.seq.to_string().as_bytes());
        field(self.at.to_string().as_bytes());
        field(self.event.as_str().as_bytes());
        field(self.step.as_bytes());
        for (name, value) in &self.details {
            field(name.as_bytes());
            field(value.as_bytes());
        }
        hex::encode(hash.finalize())
    }
}

fn first_previous() -> String {
    "0".repeat(64)
}
