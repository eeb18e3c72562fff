//! Sockets, TLS and HTTP/1.1 connections. Knows nothing of URLs, screens or
//! workflows: a listener takes a router and serves it until told to stop.
//!
//! - [`accept`]: the accept loop with its limits and graceful stop
//! - [`shortcut`]: a way past the router
//! - `share`: how many connections one peer holds
//! - [`connection`]: what a request can know about the connection it came by
//! - [`identity`]: a listener's certificate and key, replaceable while it serves
//! - [`private`]: whether a file with a secret in it is its owner's alone
//! - [`tls`]: rustls configurations of the three TLS listeners
//! - [`client_verifier`]: which client certificates pass the handshake

pub mod accept;
pub mod client_verifier;
pub mod connection;
pub mod identity;
pub mod private;
mod share;
pub mod shortcut;
pub mod tls;

pub use accept::{Limits, Listener, serve};
pub use connection::Peer;
pub use shortcut::Shortcut;
