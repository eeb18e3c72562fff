//! What is good and what is not, for those who ask: this server's own door, and everybody who reads lists.
//!
//! The truth is the store. What is held here in memory only ever refuses sooner; it never lets anybody in.
//!
//! - [`memory`]: serial numbers that are not good, in this process
//! - `watch`: following the sequence of changes, on every instance
//! - [`health`]: the HSM and the store, for the operator

pub mod health;
pub mod memory;
mod watch;

pub use health::Health;
pub use memory::{Ended, StatusMemory};
