//! `inkan-server backup`: one encrypted file with a consistent copy of the database and a manifest, made while servers use
//! it; and what `restore` needs of it.
//!
//! - [`command`]: the command line
//! - [`create`]: from the database to the file; [`postgres`]: around `pg_dump` and `pg_restore`
//! - [`container`]: the file: age around tar
//! - [`manifest`]: what the file contains
//! - [`check`]: an extracted copy is what the manifest says
//! - [`key`]: recipient and identity
//! - [`fault`]: what can go wrong, with stable codes

pub mod check;
pub mod command;
pub mod container;
pub mod create;
pub mod fault;
pub mod key;
pub mod manifest;
pub mod postgres;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
