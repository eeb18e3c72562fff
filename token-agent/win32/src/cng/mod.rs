//! Cryptography API: Next Generation: key storage providers and the private keys that they keep.
//!
//! - [`names`]: names of providers, algorithms and properties
//! - `object`: a handle and its properties
//! - [`provider`]: one provider, and the names of its keys
//! - [`key`]: one private key
//! - [`policy`]: what may be done with a key
//! - [`signature`]: how a key signs a hash

pub mod key;
pub mod names;
mod object;
pub mod policy;
pub mod provider;
pub mod signature;

pub use key::{Key, NewKey};
pub use object::Property;
pub use provider::Provider;
pub use signature::Padding;
