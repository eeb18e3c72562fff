//! The functions of Windows that the agent calls, as safe functions. The only crate of the agent with unsafe code, and empty
//! on other systems.
//!
//! It knows nothing of banks, tokens or sentences: a function takes and returns plain values, and an error carries the
//! call and the code that Windows returned. `docs/windows.md` lists every call and where it is exercised.
//!
//! - [`certificates`]: the certificate stores
//! - [`cng`]: key storage providers and their keys
//! - [`error`]: a failed call and its code
//! - [`legacy`]: keys of legacy providers (CryptoAPI)
//! - [`text`]: UTF-16 strings
#![cfg(windows)]
#![allow(unsafe_code)] // calls of a C interface

pub mod certificates;
pub mod cng;
pub mod error;
pub mod legacy;
pub mod text;
