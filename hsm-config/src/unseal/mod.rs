//! Unsealing a server: its officers enter their shares one after another, and when there are enough, the server has the PIN.
//!
//! - [`collector`]: the shares of one attempt, until there are enough or the time is over (pure)
//! - [`protocol`]: requests and responses on the server's socket
//! - [`client`]: sends one request

#[cfg(unix)]
pub mod client;
pub mod collector;
pub mod protocol;

pub use collector::{Collector, Refused};
pub use protocol::{Outcome, Request, Response};
