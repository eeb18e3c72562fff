//! The commands of the terminal: each hands its arguments to the [operation](crate::operations) of the same name.
//!
//! - [`context`]: what all commands share

pub mod context;

use std::time::Duration;

use crate::cli::{BankCommand, Command};
use crate::error::Failure;
use crate::operations::{banks, follow, list, verify};
use crate::output::outcome::Outcome;
use context::Setting;

/// Runs a command.
///
/// # Errors
/// Whatever kept it from its outcome.
pub fn run(command: &Command, setting: &Setting) -> Result<Outcome, Failure> {
    match command {
        Command::Open(args) => {
            let mut context = setting.with_tokens(&args.token)?;
            context.patience = Duration::from_secs(args.patience);
            let person = setting.person(args.yes, Some(&args.pin));
            follow::run(&args.link, &context, &person)
        }
        Command::List(args) => {
            let context = setting.with_tokens(&args.token)?;
            list::run(
                args.login,
                &context,
                &setting.person(false, Some(&args.pin)),
            )
        }
        Command::Verify(args) => {
            let context = setting.with_tokens(&args.token)?;
            let person = setting.person(false, Some(&args.pin));
            verify::run(&args.bank, args.serial.as_deref(), &context, &person)
        }
        Command::Bank(command) => bank(command, setting),
    }
}

fn bank(command: &BankCommand, setting: &Setting) -> Result<Outcome, Failure> {
    let context = setting.without_token();
    match command {
        BankCommand::Add { file, yes } => banks::add(file, &context, &setting.person(*yes, None)),
        BankCommand::List => banks::list(&context),
        BankCommand::Remove { id } => banks::remove(id, &context),
    }
}
