//! Contents of a page that waits for the agent.

use jiff::Timestamp;
use serde::Serialize;

/// The part that changes during the wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Steps that are done, of the steps shown.
    pub reached: usize,
    /// As a sentence.
    pub sentence: &'static str,
    /// Seconds left for the current step.
    pub seconds: i64,
}

/// The rest of the page.
pub struct Waiting {
    /// Progress.
    pub progress: Progress,
    /// The steps, first to last.
    pub steps: &'static [&'static str],
    /// Shown by page and agent.
    pub comparison_code: String,
    /// Time of day by which the current step must be done.
    pub until: String,
    /// The `inkan:` link; empty once the agent has picked the request up.
    pub link: String,
    /// URL of the events.
    pub events: &'static str,
}

/// Seconds from now until then, at least zero.
pub fn left(deadline: Timestamp, now: Timestamp) -> i64 {
    deadline.duration_since(now).as_secs().max(0)
}
