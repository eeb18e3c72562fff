//! A token through its maker's PKCS#11 module, in this very process. Whoever must not be taken down by a module that hangs
//! or crashes uses [`driver`](crate::driver), which does the same in a process of its own.
//!
//! - [`find`]: the tokens of a module
//! - [`store`]: one opened token
//! - `content`: what is on it
//! - `create`: keys and certificates made and destroyed
//! - `admin`: what needs the security officer
//! - `trial`: what a key can really sign
//! - `reference`: keys as opaque words
//! - [`fault`]: PKCS#11 errors → [`TokenError`](crate::error::TokenError)

mod admin;
mod content;
mod create;
pub mod fault;
pub mod find;
mod given;
mod reference;
pub mod store;
mod trial;
