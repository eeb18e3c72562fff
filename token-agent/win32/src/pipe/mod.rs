//! Named pipes between processes of one user, on this computer only.
//!
//! A name is free for everyone to take, so each end checks who is at the other. The end that creates the pipe fails if it
//! exists already ([`PipeServer::create`]).
//!
//! - [`server`]: the end that creates the pipe
//! - [`client`]: the end that connects
//! - [`stream`]: reading and writing with a deadline
//! - `operation`: one overlapped operation with a deadline

pub mod client;
mod operation;
pub mod server;
pub mod stream;

pub use client::connect;
pub use server::PipeServer;
pub use stream::PipeStream;
