//! What the worker tells the supervisor: one JSON object per line.

use serde::{Deserialize, Serialize};

use super::report::{IdleFacts, KeyFacts, LibraryFacts, SessionFacts, Stopped, TokenFacts};

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Message {
    /// A phase begins.
    Begin {
        phase: String,
        /// Seconds that it takes in addition to the deadline; `None` while a person enters the PIN.
        extra: Option<u64>,
    },
    Library(LibraryFacts),
    Token(Box<TokenFacts>),
    /// The token of everything that follows.
    Chosen(String),
    Sessions(SessionFacts),
    Key(KeyFacts),
    Idle(IdleFacts),
    Stopped(Stopped),
    /// All phases are done.
    End,
}
