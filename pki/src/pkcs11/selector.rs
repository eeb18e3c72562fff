//! How a token is chosen: by label or serial number, never by slot number, because slots are renumbered whenever a reader
//! comes or goes.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What identifies a token.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TokenSelector {
    /// The label given at its initialisation.
    Label(String),
    /// The manufacturer's serial number.
    Serial(String),
}

impl fmt::Display for TokenSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Label(label) => write!(f, "the label {label:?}"),
            Self::Serial(serial) => write!(f, "the serial number {serial:?}"),
        }
    }
}
