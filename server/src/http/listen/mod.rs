//! Sockets, TLS and HTTP/1.1 connections. Independent of URLs, screens and services: a listener takes a router and
//! serves it until it is stopped.
//!
//! - [`accept`]: the accept loop with its limits and graceful stop
//! - `serve`: one connection; `host`: the host of a request; `body`: the progress of a body
//! - `table`: the open connections, and which of them is closed for a new one
//! - [`shortcut`]: a shortcut past the router
//! - [`connection`]: what a request can learn about its connection
//! - [`identity`]: a listener's certificate and key, replaceable while it serves
//! - [`proxied`]: load balancers that say whose connection they pass on
//! - [`private`]: whether only the owner of a file can read it
//! - [`tls`]: rustls configurations of the three TLS listeners
//! - [`client_verifier`]: which client certificates pass the handshake

pub mod accept;
mod body;
pub mod client_verifier;
pub mod connection;
mod host;
pub mod identity;
pub mod private;
pub mod proxied;
mod serve;
pub mod shortcut;
mod table;
pub mod tls;

pub use accept::{Limits, Listener, serve};
pub use connection::Peer;
pub use shortcut::Shortcut;
