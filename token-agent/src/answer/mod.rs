//! The certificate that came back: is it the one that was asked for?
//!
//! - [`unpack`]: EST answer → certificates
//! - [`check`]: key, chain, purpose, name, dates of our certificate
//! - [`path`]: the CA certificates between it and its root

pub mod check;
pub mod path;
pub mod unpack;
