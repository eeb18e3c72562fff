//! What HSM, which keys, how it was set up: from a reviewed specification to a recorded ceremony.
//!
//! Not here: signing certificates for customers and staff, keeping the HSM busy at run time (the
//! server), PKCS#11 itself (`inkan_pki::pkcs11`).
//!
//! - [`spec`]: the specification of one environment
//! - [`profile`]: what is known about HSM products
//! - [`pin_source`]: PINs from prompt, file, environment, systemd credential
//! - [`mod@plan`]: the steps that follow from a specification
//! - [`mod@apply`]: does them, once, and records them
//! - [`mod@verify`]: proves that the HSM holds what specification and record say
//! - [`transcript`]: the record
//! - [`list`]: the root's revocation list
//! - [`chain`]: certificates and chains for whoever serves them
//! - [`catalogue`]: sentences for errors and findings
//! - `ca_profile`: what a CA certificate says
//! - `signature`: verifying a signature on the host
//! - `files`: whole files or none
//!
//! ```no_run
//! use std::path::Path;
//! use inkan_hsm_config::{apply, spec::Spec, verify};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let now = "2026-11-22T09:00:00Z".parse()?;
//! let spec = Spec::load(Path::new("hsm.toml"))?;
//! apply::apply(&spec, now, false, &mut |line| println!("{}", line.step))?;
//! assert!(verify::verify(&spec, now, false)?.is_ok());
//! # Ok(())
//! # }
//! ```

pub mod apply;
mod ca_profile;
pub mod catalogue;
pub mod chain;
mod files;
pub mod list;
pub mod pin_source;
pub mod plan;
pub mod profile;
mod signature;
pub mod spec;
pub mod transcript;
pub mod verify;

pub use apply::apply;
pub use plan::plan;
pub use spec::Spec;
pub use verify::verify;
