//! The bank's side of Inkan.
//!
//! Arrows go down only: `main → http → workflow → {ca, store}`; `ca` and `store` meet only in `workflow`.
//!
//! - [`app`]: command line, configuration, start and stop
//! - [`http`]: listeners, URLs, screens, machine endpoints
//! - [`ca`]: what is signed, and the HSM that signs
//! - [`store`]: what the bank remembers (SQLite, PostgreSQL)
//! - [`clock`]: the time
//! - [`workflow`]: what the bank and its customers do, each as one deed

pub mod app;
pub mod ca;
pub mod clock;
pub mod http;
pub mod store;
pub mod workflow;
