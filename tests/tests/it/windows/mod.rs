//! The agent for Windows, under Wine. Wine is not Windows: `docs/windows.md` lists what was never run on it.
//!
//! - [`installer`]: the MSI file: installed, upgraded, uninstalled
//! - [`legacy`]: a key of a legacy provider
//! - [`store`]: the keys that Windows keeps

mod installer;
mod legacy;
mod store;
