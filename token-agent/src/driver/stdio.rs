//! The connection to the agent, hidden from the module: its own output must not mix with the messages. And the end of the
//! process.
//!
//! - `unix`: moved from standard input and output
//! - `windows`: pipes of their own; standard input and output lead nowhere from the start

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix as system;
#[cfg(windows)]
use windows as system;

pub use system::disable_core_dumps;
pub(super) use system::{end_now, take};
