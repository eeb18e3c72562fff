//! What to probe, within limits.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::pin_source::PinSource;

/// Most sessions that are opened at the same time.
pub const MAX_SESSIONS: u32 = 64;
/// Most signatures per kind of key.
pub const MAX_CALLS: u32 = 2000;
/// Longest idle time, in seconds.
pub const MAX_IDLE: u64 = 3600;

/// What to probe. It travels to the worker as JSON and holds no PIN, only where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The PKCS#11 module.
    pub module: PathBuf,
    /// For the reserved argument of `C_Initialize`.
    pub parameters: Option<String>,
    /// Label of the token for everything beyond reading; the only initialised one when absent.
    pub token: Option<String>,
    /// Whether it is an error when there is no token with this label.
    pub must_exist: bool,
    /// Sessions to open at most; 0 opens none.
    pub sessions: u32,
    /// Whether to make session keys, which needs the PIN.
    pub keys: bool,
    /// Signatures per kind of key.
    pub calls: u32,
    /// Seconds to stay idle; 0 does not.
    pub idle: u64,
    /// Where the PIN comes from, as [`pin_source`] reads it.
    pub pin: String,
}

impl Request {
    /// The same within the limits above.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        self.sessions = self.sessions.min(MAX_SESSIONS);
        self.calls = self.calls.clamp(1, MAX_CALLS);
        self.idle = self.idle.min(MAX_IDLE);
        self
    }
}

/// `prompt`, `file:PATH`, `env:NAME` or `credential:NAME`. `None` for anything else, in particular for a PIN.
#[must_use]
pub fn pin_source(text: &str) -> Option<PinSource> {
    match text.split_once(':') {
        None if text == "prompt" => Some(PinSource::Prompt),
        Some((_, "")) => None,
        Some(("file", path)) => Some(PinSource::File(PathBuf::from(path))),
        Some(("env", name)) => Some(PinSource::Env(name.to_owned())),
        Some(("credential", name)) => Some(PinSource::Credential(name.to_owned())),
        _ => None,
    }
}
