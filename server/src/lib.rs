//! The bank's side of Inkan.
//!
//! Arrows go down only: `main → http → workflow → {ca, mail, store}`; these three meet only in `workflow`.
//!
//! - [`app`]: command line, configuration, start and stop
//! - [`http`]: listeners, URLs, screens, machine endpoints
//! - [`ca`]: what is signed, and the HSM that signs
//! - [`mail`]: letters to customers, and the mail server
//! - [`store`]: what the bank remembers (SQLite, PostgreSQL)
//! - [`clock`]: the time; [`network`]: the networks an address belongs to
//! - [`workflow`]: what the bank and its customers do, each as one deed

pub mod app;
pub mod ca;
pub mod clock;
pub mod http;
pub mod mail;
pub mod network;
pub mod store;
pub mod workflow;
