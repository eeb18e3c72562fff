//! The points of an issue between which the process may crash, by name.
//!
//! The development server can end itself at one of them (`--crash-at`), so that the state after a crash is tested at
//! every line that matters; elsewhere reaching a point does nothing.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// A point of an issue, in the order they are reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// The request was picked up; the agent has not received the response.
    PickedUp,
    /// A CSR arrived; nothing is recorded.
    CsrReceived,
    /// The intent is committed; nothing is signed.
    IntentRecorded,
    /// The HSM has signed; the certificate is not stored.
    Signed,
    /// The certificate is stored; the agent has not received it.
    Stored,
    /// The agent presents it over mutual TLS; it is not active.
    ActivationAsked,
    /// It is active; the agent has not received the response.
    Activated,
    /// It was given up, and its grant is open again; the agent has not received the response.
    GivenUp,
}

impl Step {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::PickedUp,
        Self::CsrReceived,
        Self::IntentRecorded,
        Self::Signed,
        Self::Stored,
        Self::ActivationAsked,
        Self::Activated,
        Self::GivenUp,
    ];

    /// Its name on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PickedUp => "picked-up",
            Self::CsrReceived => "csr-received",
            Self::IntentRecorded => "intent-recorded",
            Self::Signed => "signed",
            Self::Stored => "stored",
            Self::ActivationAsked => "activation-asked",
            Self::Activated => "activated",
            Self::GivenUp => "given-up",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that names no step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such step")]
pub struct UnknownStep;

impl FromStr for Step {
    type Err = UnknownStep;
    fn from_str(word: &str) -> std::result::Result<Self, UnknownStep> {
        Self::ALL
            .into_iter()
            .find(|s| s.as_str() == word)
            .ok_or(UnknownStep)
    }
}

/// Called at each step.
#[derive(Clone, Default)]
pub struct StepHook(Option<Arc<dyn Fn(Step) + Send + Sync>>);

impl StepHook {
    /// Calls `hook` at each step.
    #[must_use]
    pub fn calling(hook: impl Fn(Step) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(hook)))
    }

    /// Reports that `step` was reached.
    pub fn reached(&self, step: Step) {
        if let Some(hook) = &self.0 {
            hook(step);
        }
    }
}
