//! The agent for Windows, under Wine. Wine is not Windows: `docs/windows.md` lists what was never run on it.
//!
//! - [`installer`]: the MSI file: installed, upgraded, uninstalled
//! - [`journey`]: a certificate with the real bank
//! - [`legacy`]: a key of a legacy provider
//! - [`store`]: the keys that Windows keeps

mod installer;
mod journey;
mod legacy;
mod store;
