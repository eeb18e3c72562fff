//! Why a guided ceremony stopped, without prose.

use std::io;

use thiserror::Error;

use super::dialogue::Typed;
use crate::apply::ApplyError;

/// Why a guided ceremony stopped. Sentences are in [`catalogue::guided`](crate::catalogue::guided).
#[derive(Debug, Error)]
#[error("{:?}", self)]
pub enum GuidedError {
    /// As `apply` without a guide.
    Apply(#[from] ApplyError),
    /// Fewer than two custodians are in the specification: there are no four eyes.
    TooFewCustodians(usize),
    /// Two custodians have this name, so that nobody could tell who confirmed.
    SameName(String),
    /// What was typed was not the name or the initials of the expected person, too often; with the person, if one was expected.
    NotRecognised(Option<String>),
    /// A break, before this step (empty: before the ceremony was opened, so nothing is recorded).
    Break(String),
    /// The input ended, before this step.
    InputEnded(String),
    /// The terminal failed.
    Terminal(io::ErrorKind),
}

impl From<io::Error> for GuidedError {
    fn from(error: io::Error) -> Self {
        Self::Terminal(error.kind())
    }
}

impl GuidedError {
    /// The ceremony stopped here instead of a text.
    pub(super) fn stopped(by: &Typed) -> Self {
        match by {
            Typed::End => Self::InputEnded(String::new()),
            Typed::Break | Typed::Text(_) => Self::Break(String::new()),
        }
    }

    /// The same, at this step.
    pub(super) fn before(self, step: &str) -> Self {
        match self {
            Self::Break(_) => Self::Break(step.to_owned()),
            Self::InputEnded(_) => Self::InputEnded(step.to_owned()),
            other => other,
        }
    }

    /// What the transcript says about the break; `None` for what is no break.
    pub(super) fn pause(&self) -> Option<&'static str> {
        match self {
            Self::Break(_) => Some("break"),
            Self::InputEnded(_) => Some("end of input"),
            Self::NotRecognised(_) => Some("not recognised"),
            Self::Apply(_) | Self::TooFewCustodians(_) | Self::SameName(_) | Self::Terminal(_) => {
                None
            }
        }
    }
}
