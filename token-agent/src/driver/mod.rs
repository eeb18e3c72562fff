//! A token driver (PKCS#11 module) in a process of its own, so that one that hangs or crashes costs an error, never the agent.
//!
//! The process is this very program, started with the hidden word [`WORD`]: `main` calls [`host_if_asked`] before anything
//! else. One process serves one survey or one opened token (`docs/decisions/0008-driver-processes.md`). It ends when the
//! agent closes its end of the pipe, or ends itself.
//!
//! - [`host`]: the process: where it is started from, and what it does
//! - [`limits`]: how long a driver may take
//! - [`remote`]: an opened token over there
//! - `process`: the agent's end: one question, one answer, a deadline
//! - `message`: questions and answers
//! - `frame`: their bytes
//! - `environment`: what of the environment a driver sees
//! - `stdio`: standard input and output out of the module's reach

mod environment;
mod frame;
pub mod host;
pub mod limits;
mod message;
mod process;
pub mod remote;
mod stdio;

pub use host::{HostProgram, Launch, WORD, host_if_asked};
pub use remote::{RemoteStore, tokens};
pub use stdio::leave_no_core;
