//! Transcripts that cannot be used.

use super::{Explanation, say};
use crate::transcript::TranscriptError;

/// Explains a [`TranscriptError`].
#[must_use]
pub fn transcript(error: &TranscriptError) -> Explanation {
    match error {
        TranscriptError::File(path, kind) => say(
            "transcript-file",
            format!(
                "The transcript {} cannot be read or written: {kind}.",
                path.display()
            ),
            "Check the directory, its space and its rights, then run the command again.",
        ),
        TranscriptError::Missing(path) => say(
            "transcript-missing",
            format!("There is no transcript at {}.", path.display()),
            "Run `inkan-hsm apply` first, or restore the transcript from where the custodians keep it.",
        ),
        TranscriptError::Malformed(path, line) => say(
            "transcript-malformed",
            format!(
                "Line {line} of {} is no line of a transcript.",
                path.display()
            ),
            "Restore the file from where the custodians keep it, and find out who changed it.",
        ),
        TranscriptError::Broken(path, line) => say(
            "transcript-broken",
            format!(
                "The chain of {} breaks at line {line}: that line or one before it was changed.",
                path.display()
            ),
            "Restore the file from where the custodians keep it, and find out who changed it.",
        ),
    }
}
