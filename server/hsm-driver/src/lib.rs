//! The process that holds the HSM vendor's module: what the server and `inkan-hsm-driver` say to each other.
//!
//! A module may crash, hang, leak and lie, so the server never loads it. The server starts this crate's program, which loads it and
//! answers requests, one at a time on each connection; calls of different sessions run beside each other. Neither side believes the
//! other's lengths. When a PIN is sent, what a signature is worth and when the process is ended, the server decides.
//!
//! - [`message`]: requests and replies, and their limits
//! - [`frame`]: messages on a socket
//! - [`handover`]: a new connection, through the control connection
//! - [`serve`]: the program

pub mod frame;
pub mod handover;
pub mod message;
pub mod serve;

/// Name of the program's file.
pub const PROGRAM: &str = "inkan-hsm-driver";
