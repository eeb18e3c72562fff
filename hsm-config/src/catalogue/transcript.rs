//! Transcripts that cannot be used.

use super::{Explanation, explain};
use crate::transcript::TranscriptError;

/// What to do about a clock that is behind the transcript.
pub(super) const CLOCK: &str = "Set the clock of this machine, then run the command again. If the clock is correct, the lines were written \
                                with a wrong clock: compare them with the signed paper.";

/// Explains a [`TranscriptError`].
#[must_use]
pub fn transcript(error: &TranscriptError) -> Explanation {
    const RESTORE: &str =
        "Restore the file from the custodians' copy, and find out who changed it.";
    match error {
        TranscriptError::File(path, kind) => explain(
            "transcript-file",
            format!(
                "The transcript {} cannot be read or written: {kind}.",
                path.display()
            ),
            "Check the directory, its free space and its permissions, then run the command again.",
        ),
        TranscriptError::Missing(path) => explain(
            "transcript-missing",
            format!("There is no transcript at {}.", path.display()),
            "Run `inkan-hsm apply` first, or restore the transcript from the custodians' copy.",
        ),
        TranscriptError::Malformed(path, line) => explain(
            "transcript-malformed",
            format!(
                "Line {line} of {} is not a line of a transcript.",
                path.display()
            ),
            RESTORE,
        ),
        TranscriptError::Broken(path, line) => explain(
            "transcript-broken",
            format!(
                "The hash chain of {} breaks at line {line}: that line or an earlier one was changed.",
                path.display()
            ),
            RESTORE,
        ),
    }
}
