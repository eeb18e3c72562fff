//! The bank's side of Inkan.
//!
//! Arrows go down only: `main → http → workflow → {ca, store}`; `ca` and `store` meet only in `workflow`.
//!
//! - [`ca`]: what is signed, and the HSM that signs
//! - [`store`]: what the bank remembers (SQLite, PostgreSQL)
//! - [`workflow`]: what the bank and its customers do, each as one deed

pub mod ca;
pub mod store;
pub mod workflow;
