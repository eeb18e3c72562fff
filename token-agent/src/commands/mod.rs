//! What each command does.
//!
//! - [`context`]: what all commands share
//! - [`open`]: follow a link: key, certificate, activation
//! - [`list`]: what is on the tokens
//! - [`verify`]: does the bank take the certificate
//! - [`banks`]: add, list, remove bank files
//! - [`select`]: the certificate of a bank on a token
//! - [`mutual`]: a channel that shows the token's certificate

pub mod banks;
pub mod context;
pub mod list;
pub mod mutual;
pub mod open;
pub mod select;
pub mod verify;

use crate::cli::Command;
use crate::error::Failure;
use crate::output::outcome::Outcome;
use context::Context;

/// Runs a command.
///
/// # Errors
/// Whatever kept it from its outcome.
pub fn run(command: &Command, context: &Context) -> Result<Outcome, Failure> {
    match command {
        Command::Open(args) => open::run(args, context),
        Command::List(args) => list::run(args, context),
        Command::Verify(args) => verify::run(args, context),
        Command::Bank(args) => banks::run(args, context),
    }
}
