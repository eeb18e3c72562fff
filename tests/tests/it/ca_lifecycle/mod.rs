//! The lifecycle of the bank's own certificates.
//!
//! - `rollover`: one customer CA succeeds another
//! - `listeners`: the certificate of a listener changes while it serves
//! - `example`: the example of a configuration, and `config check`
//! - `rotation`: the keys for OCSP responses and the audit log are replaced
//! - `judge`: openssl and pkilint, with everything that the bank publishes

mod example;
mod judge;
mod listeners;
mod rollover;
mod rotation;
