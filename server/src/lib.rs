//! The bank's side of Inkan.
//!
//! Dependencies point down only: `main → http → services → {ca, mail, store}`; these three meet only in `services`. Two
//! of them, and what they share, are separate crates, so that the compiler enforces this: [`inkan_ca`] (what is signed,
//! and the HSM that signs), [`inkan_store`] (the bank's data: SQLite, PostgreSQL) and [`inkan_network`] (the networks
//! to which an address belongs).
//!
//! - [`app`]: command line, configuration, start and stop
//! - [`http`]: listeners, URLs, screens, machine endpoints
//! - [`mail`]: messages to customers, and the mail server
//! - [`clock`]: the time
//! - [`services`]: what the bank and its customers do, each as one operation

pub mod app;
pub mod clock;
pub mod http;
pub mod mail;
pub mod services;

// Everywhere in this crate `crate::ca`, `crate::network` and `crate::store`.
use inkan_ca as ca;
use inkan_network as network;
use inkan_store as store;
