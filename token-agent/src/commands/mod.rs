//! The commands of the terminal: each hands its arguments to the [operation](crate::operations) of the same name.
//!
//! - [`context`]: what all commands share
//! - [`register`]: whom the desktop hands links to

pub mod context;
pub mod register;

use std::time::Duration;

use crate::cli::{BankCommand, Command, ModuleCommand, PinCommand};
use crate::error::Failure;
use crate::operations::{banks, delete, follow, list, modules, pin, renew, verify};
use crate::output::outcome::Outcome;
use crate::prompt::sources::Sources;
use context::Setting;

/// Runs a command.
///
/// # Errors
/// Whatever kept it from its outcome.
pub fn run(command: &Command, setting: &Setting) -> Result<Outcome, Failure> {
    match command {
        Command::Open(args) => {
            let sources = Sources {
                pin: args.pin.source(),
                admin: args.admin.source(),
                ..Sources::default()
            };
            let mut context = setting.with_tokens(&args.token, &sources)?;
            context.patience = Duration::from_secs(args.patience);
            let mut person = setting.person(args.yes, sources);
            person.print_url = args.print_url;
            person.serial.clone_from(&args.serial);
            person.may_delete = args.delete_old;
            person.new_key = args.new_key;
            follow::run(&args.link, &context, &person)
        }
        Command::Renew(args) => {
            let sources = Sources {
                pin: args.pin.source(),
                admin: args.admin.source(),
                ..Sources::default()
            };
            let mut context = setting.with_tokens(&args.token, &sources)?;
            context.patience = Duration::from_secs(args.patience);
            let mut person = setting.person(args.yes, sources);
            person.may_delete = args.delete_old;
            renew::run(args.bank.as_ref(), &context, &person)
        }
        Command::List(args) => {
            let sources = Sources::pin(args.pin.source());
            let context = setting.with_tokens(&args.token, &sources)?;
            let person = setting.person(false, sources);
            list::run(args.login, &context, &person)
        }
        Command::Verify(args) => {
            let sources = Sources::pin(args.pin.source());
            let context = setting.with_tokens(&args.token, &sources)?;
            let person = setting.person(false, sources);
            verify::run(&args.bank, args.serial.as_deref(), &context, &person)
        }
        Command::Delete(args) => {
            let sources = Sources {
                pin: args.pin.source(),
                admin: args.admin.source(),
                ..Sources::default()
            };
            let context = setting.with_tokens(&args.token, &sources)?;
            let person = setting.person(args.yes, sources);
            delete::and_revoke(&args.serial, args.last, args.revoke, &context, &person)
        }
        Command::Pin(command) => new_pin(command, setting),
        Command::Bank(command) => bank(command, setting),
        Command::Module(command) => module(command, setting),
        Command::Register => register::register(setting),
        Command::Unregister => register::unregister(setting),
    }
}

fn new_pin(command: &PinCommand, setting: &Setting) -> Result<Outcome, Failure> {
    match command {
        PinCommand::Change(args) => {
            let sources = Sources {
                pin: args.pin.source(),
                new_pin: args.new.source(),
                ..Sources::default()
            };
            let context = setting.with_tokens(&args.token, &sources)?;
            pin::change(&context, &setting.person(false, sources))
        }
        PinCommand::Unblock(args) => {
            let sources = Sources {
                puk: args.puk.source(),
                new_pin: args.new.source(),
                ..Sources::default()
            };
            let context = setting.with_tokens(&args.token, &sources)?;
            pin::unblock(&context, &setting.person(false, sources))
        }
    }
}

fn bank(command: &BankCommand, setting: &Setting) -> Result<Outcome, Failure> {
    let context = setting.without_token();
    match command {
        BankCommand::Add { file, yes } => {
            banks::add(file, &context, &setting.person(*yes, Sources::default()))
        }
        BankCommand::List => banks::list(&context),
        BankCommand::Remove { id } => banks::remove(id, &context),
    }
}

fn module(command: &ModuleCommand, setting: &Setting) -> Result<Outcome, Failure> {
    let context = setting.without_token();
    match command {
        ModuleCommand::Add {
            module,
            name,
            parameters,
            environment,
            yes,
        } => {
            let person = setting.person(*yes, Sources::default());
            let details = modules::Details {
                name: name.as_deref(),
                parameters: parameters.as_deref(),
                environment,
            };
            modules::add(module, details, &context, &person)
        }
        ModuleCommand::List => modules::list(&context),
        ModuleCommand::Remove { module } => modules::remove(module, &context),
    }
}
