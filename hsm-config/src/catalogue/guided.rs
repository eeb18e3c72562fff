//! Why a guided ceremony stopped.

use super::{Explanation, apply, explain};
use crate::guided::GuidedError;
use crate::transcript::printable;

/// Explains a [`GuidedError`].
#[must_use]
pub fn guided(error: &GuidedError) -> Explanation {
    const AGAIN: &str =
        "Run the same command again: it resumes at the same step and records who is present.";
    match error {
        GuidedError::Apply(error) => apply(error),
        GuidedError::TooFewCustodians(count) => explain(
            "guided-too-few-custodians",
            format!(
                "A guided ceremony needs at least two custodians; the specification has {count}. Nothing was changed."
            ),
            "Add a [[custodian]] for each person who takes part, and have the specification reviewed again.",
        ),
        GuidedError::SameName(name) => explain(
            "guided-same-name",
            format!("Two custodians are called \"{name}\". Nothing was changed."),
            "Write their names so that they can be told apart.",
        ),
        GuidedError::NotRecognised(Some(name)) => explain(
            "guided-not-recognised",
            format!(
                "{} was expected, and neither the name nor the initials were typed. Nothing was changed.",
                printable(name)
            ),
            "Begin when everybody is present. The plan lists the custodians.",
        ),
        GuidedError::NotRecognised(None) => explain(
            "guided-not-recognised",
            "Nobody who is present was recognised. The ceremony stopped before the next step."
                .to_owned(),
            AGAIN,
        ),
        GuidedError::Break(step) if step.is_empty() => explain(
            "guided-break",
            "A break before the ceremony was opened. Nothing was changed.".to_owned(),
            "Run the same command again.",
        ),
        GuidedError::Break(step) => explain(
            "guided-break",
            format!("A break before the step {step}."),
            AGAIN,
        ),
        GuidedError::InputEnded(step) => explain(
            "guided-input-ended",
            match step.as_str() {
                "" => "The input ended before the ceremony was opened. Nothing was changed."
                    .to_owned(),
                step => format!("The input ended before the step {step}."),
            },
            AGAIN,
        ),
        GuidedError::Terminal(kind) => explain(
            "guided-terminal",
            format!("The terminal failed, or this is none: {kind}."),
            "Run the command at a terminal. Scripts use `inkan-hsm apply` without --guided.",
        ),
    }
}
