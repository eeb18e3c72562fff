//! A token driver (PKCS#11 module) in a separate process: a module that hangs or crashes causes an error, but never
//! harms the agent.
//!
//! The process is the same program, started with the hidden argument [`HOST_ARGUMENT`]: `main` calls
//! [`serve_if_requested`] before anything else. One process serves one search for tokens or one opened token
//! (`docs/decisions/0008-driver-processes.md`). It exits when the agent closes its end of the pipe.
//!
//! - [`host`]: the driver's process
//! - [`limits`]: time limits
//! - [`remote`]: an opened token in such a process
//! - `source`: what such a process opens
//! - `process`: the agent's end: one request, one reply, a deadline
//! - `message`: requests and replies
//! - `frame`: message framing
//! - `environment`: the environment variables that a driver receives
//! - `stdio`: standard input and output, hidden from the module

mod environment;
mod frame;
pub mod host;
pub mod limits;
mod message;
mod process;
pub mod remote;
mod source;
mod stdio;

pub use host::{HOST_ARGUMENT, HostProgram, Launch, serve_if_requested};
pub use remote::{RemoteStore, tokens};
pub use source::Source;
pub use stdio::disable_core_dumps;
