//! What a device can do, before a bank depends on it: library and tokens, mechanisms, sessions, templates, speed, idle time.
//!
//! It reads, and with a PIN it makes keys that vanish with their session; it never touches an object on a token. The module is
//! loaded by a process of its own with a deadline for each phase, so that a module that hangs or crashes ends with an error and
//! what was found until then.
//!
//! - `request`: what to probe, within limits
//! - `report`: what was found; its JSON is stable
//! - `message`: what the worker tells the supervisor
//! - `supervisor`: starts the worker, watches its deadlines, collects
//! - `worker`: the process that loads the module, phase by phase
//! - `tokens`, `sessions`, `keys`, `idle`: the phases
//! - `judge`: which profile fits, and what contradicts the specification

mod idle;
mod judge;
mod keys;
mod message;
mod report;
mod request;
mod sessions;
mod supervisor;
mod tokens;
mod worker;

pub use report::{
    Contradiction, FittingProfile, IdleFacts, KeyFacts, LibraryFacts, MechanismReport, ProbeReport,
    SessionFacts, SignFacts, Stopped, Suitability, TemplateFacts, TokenFacts,
};
pub use request::{MAX_CALLS, MAX_IDLE, MAX_SESSIONS, Request, pin_source};
pub use supervisor::probe;
pub use worker::run_worker;
