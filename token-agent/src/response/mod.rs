//! The enrolment response: is the certificate the requested one?
//!
//! - [`unpack`]: EST response → certificates
//! - [`check`]: key, chain, purpose, name and dates of our certificate
//! - [`path`]: the CA certificates between it and its root

pub mod check;
pub mod path;
pub mod unpack;
