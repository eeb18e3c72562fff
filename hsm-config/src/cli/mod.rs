//! Command line, exit codes, output of `inkan-hsm`.
//!
//! - `args`: the command line
//! - `share_args`: the same, of `shares`, `unseal` and `seal`
//! - `exit`: exit codes
//! - `shares`: those commands; `dialogue`: what officers are asked; `screen`: where; `pages`: pages for a printer;
//!   `token_officer`: officers with a token
//! - `output`: what is printed
//! - `probe`: what a device can do
//! - `recovery`: backup, restore, adoption; `recovery_args`: their command line
//! - `terminal`: the officers at a guided ceremony

pub(crate) mod args;
pub(crate) mod dialogue;
pub(crate) mod exit;
pub(crate) mod output;
mod pages;
pub(crate) mod probe;
pub(crate) mod recovery;
pub(crate) mod recovery_args;
mod screen;
pub(crate) mod share_args;
pub(crate) mod shares;
pub(crate) mod terminal;
mod token_officer;
