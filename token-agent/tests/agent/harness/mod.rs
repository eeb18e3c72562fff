//! What the tests stand on.
//!
//! - `authority`: CAs and certificates
//! - `wire`: a small TLS and HTTP server
//! - `bank`: the bank's side of the protocol, with faults on demand
//! - `customer`: a token, a configuration, and the agent's runs

pub(crate) mod authority;
pub(crate) mod bank;
pub(crate) mod customer;
mod wire;

pub(crate) use bank::{Bank, Deviation};
pub(crate) use customer::{Customer, Run};
