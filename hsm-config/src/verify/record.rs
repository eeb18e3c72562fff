//! The transcript: it exists, its chain is intact, it is complete, of this plan, and not from the future.

use jiff::Timestamp;

use super::finding::Finding;
use super::report::{Aspect, Report};
use crate::plan::plan;
use crate::spec::Spec;
use crate::transcript::{Details, Transcript};

/// The transcript, when its chain is intact.
pub(super) fn check(spec: &Spec, now: Timestamp, report: &mut Report) -> Option<Transcript> {
    let path = spec.transcript_path();
    let mut details = Details::new();
    let (transcript, finding) = match Transcript::load(&path) {
        Err(error) => (None, Some(Finding::Transcript(error))),
        Ok(None) => (None, Some(Finding::TranscriptMissing(path))),
        Ok(Some(transcript)) => {
            details.insert("head".to_owned(), transcript.head().to_owned());
            let planned = plan(spec).sha256;
            let recorded = transcript.plan_sha256().unwrap_or_default().to_owned();
            let finding = if recorded != planned {
                Some(Finding::OtherPlan { recorded, planned })
            } else if !transcript.is_complete() {
                Some(Finding::TranscriptIncomplete(path))
            } else {
                transcript
                    .ahead_of(now)
                    .map(|last| Finding::ClockBehind { last, now })
            };
            (Some(transcript), finding)
        }
    };
    report.add(Aspect::Transcript, "", details, finding);
    transcript
}
