//! Sockets, TLS and HTTP/1.1 connections. Knows nothing of URLs, screens or
//! services: a listener takes a router and serves it until told to stop.
//!
//! - [`accept`]: the accept loop with its limits and graceful stop
//! - `serve`: one connection; `host`: whom a request is for; `body`: how far a body is
//! - `table`: the open connections, and which of them has to go for another one
//! - [`shortcut`]: a way past the router
//! - [`connection`]: what a request can know about the connection it came by
//! - [`identity`]: a listener's certificate and key, replaceable while it serves
//! - [`private`]: whether a file with a secret in it is its owner's alone
//! - [`tls`]: rustls configurations of the three TLS listeners
//! - [`client_verifier`]: which client certificates pass the handshake

pub mod accept;
mod body;
pub mod client_verifier;
pub mod connection;
mod host;
pub mod identity;
pub mod private;
mod serve;
pub mod shortcut;
mod table;
pub mod tls;

pub use accept::{Limits, Listener, serve};
pub use connection::Peer;
pub use shortcut::Shortcut;
