//! A token through its vendor's PKCS#11 module, in this process. To be safe from a module that hangs or crashes, use
//! [`driver`](crate::driver), which does the same in a separate process.
//!
//! - [`find`]: the tokens of a module
//! - [`store`]: one opened token
//! - `content`: its contents
//! - `create`: creates and deletes keys and certificates
//! - `admin`: changes by the security officer
//! - `trial`: what a key can really sign
//! - `reference`: opaque key references
//! - `user_pins`: PINs entered by the user
//! - [`fault`]: PKCS#11 errors → [`TokenError`](crate::error::TokenError)

mod admin;
mod content;
mod create;
pub mod fault;
pub mod find;
mod reference;
pub mod store;
mod trial;
mod user_pins;
