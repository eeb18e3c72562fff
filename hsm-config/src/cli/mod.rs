//! Command line, exit codes, output of `inkan-hsm`.
//!
//! - `args`: the command line
//! - `exit`: exit codes
//! - `output`: what is printed
//! - `probe`: what a device can do
//! - `terminal`: the officers at a guided ceremony

pub(crate) mod args;
pub(crate) mod exit;
pub(crate) mod output;
pub(crate) mod probe;
pub(crate) mod terminal;
