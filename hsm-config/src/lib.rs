//! Sets up an HSM: from a reviewed specification to keys, CA certificates and a recorded ceremony.
//!
//! Not here: issuing certificates and using the HSM at run time (the server), PKCS#11 itself (`inkan_pki::pkcs11`).
//!
//! - [`spec`]: the specification of one environment
//! - [`profile`]: facts about HSM products
//! - [`probe`]: what a device can do
//! - [`pin_change`]: another user PIN for a token
//! - [`pin_source`]: PINs from prompt, file, environment, systemd credential, shares
//! - [`process`]: memory that others must not read
//! - [`mod@plan`]: the steps that follow from a specification
//! - [`mod@apply`]: does the steps, once, and records them
//! - [`guided`]: the same with officers at a terminal
//! - [`mod@verify`]: proves that the HSM matches specification and transcript
//! - [`transcript`]: the record of the ceremony
//! - [`record`]: the record of a ceremony on paper
//! - [`recovery`]: backup of a token, restore, and the adoption of a copy
//! - [`language`]: the languages of a ceremony and its record
//! - [`crl`]: the root's CRL
//! - [`chain`]: CA certificates and their chains
//! - [`shares`]: a PIN that is shared among officers
//! - [`officer_key`]: the file of an officer's key on a token
//! - [`share_ceremony`]: makes and replaces a set of shares
//! - [`unseal`]: what `inkan-hsm` and a sealed server say to each other
//! - [`catalogue`]: sentences for errors and findings
//! - `ca_profile`: the profile of CA certificates
//! - `history`: what a key's attributes may state about its past
//! - `print`: how hashes are written
//! - `files`: bounded reads and atomic writes
//! - `printable`: characters that may be printed
//!
//! ```no_run
//! use std::path::Path;
//! use inkan_hsm_config::{apply, spec::Spec, verify};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let now = "2026-11-22T09:00:00Z".parse()?;
//! let spec = Spec::load(Path::new("hsm.toml"))?;
//! apply::apply(&spec, now, false, &mut |line| println!("{}", line.step))?;
//! assert!(verify::verify(&spec, now, false, &[])?.is_ok());
//! # Ok(())
//! # }
//! ```

pub mod apply;
mod ca_profile;
pub mod catalogue;
pub mod chain;
pub mod crl;
mod files;
pub mod guided;
mod history;
pub mod language;
pub mod officer_key;
pub mod pin_change;
pub mod pin_source;
pub mod plan;
mod printable;
pub mod probe;
pub mod process;
pub mod profile;
pub mod record;
pub mod recovery;
pub mod share_ceremony;
pub mod shares;
pub mod spec;
pub mod transcript;
pub mod unseal;
pub mod verify;

pub use apply::apply;
pub use plan::plan;
pub use spec::Spec;
pub use verify::verify;
