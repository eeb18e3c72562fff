//! The commands of the terminal. Each passes its arguments to the [operation](crate::operations) of the same name.
//!
//! - [`context`]: what all commands share
//! - [`register`]: the desktop's handler of links
//! - `self_test`: the self-test, and the file with its report

pub mod context;
pub mod register;
mod self_test;

use std::time::Duration;

use crate::cli::{BankCommand, Command, ModuleCommand, OfficerKeyCommand, PinCommand};
use crate::error::Failure;
use crate::operations::{
    banks, delete, follow, list, modules, pin, renew, share_key, sign_record, verify,
};
use crate::output::outcome::Outcome;
use crate::prompt::pin_source::PinSources;
use context::Settings;

/// Runs a command.
///
/// # Errors
/// Why the command has no outcome.
pub fn run(command: &Command, settings: &Settings) -> Result<Outcome, Failure> {
    match command {
        Command::Open(args) => {
            let pin_sources = PinSources {
                pin: args.pin.source(),
                admin: args.admin.source(),
                ..PinSources::default()
            };
            let mut context = settings.with_tokens(&args.token, &pin_sources)?;
            context.retry_for = Duration::from_secs(args.retry_for);
            let mut ui = settings.ui(args.yes, pin_sources);
            ui.print_url = args.print_url;
            ui.serial.clone_from(&args.serial);
            ui.may_delete = args.delete_old;
            ui.new_key = args.new_key;
            follow::run(&args.link, &context, &ui)
        }
        Command::Renew(args) => {
            let pin_sources = PinSources {
                pin: args.pin.source(),
                admin: args.admin.source(),
                ..PinSources::default()
            };
            let mut context = settings.with_tokens(&args.token, &pin_sources)?;
            context.retry_for = Duration::from_secs(args.retry_for);
            let mut ui = settings.ui(args.yes, pin_sources);
            ui.may_delete = args.delete_old;
            renew::run(args.bank.as_ref(), &context, &ui)
        }
        Command::List(args) => {
            let pin_sources = PinSources::pin(args.pin.source());
            let context = settings.with_tokens(&args.token, &pin_sources)?;
            let ui = settings.ui(false, pin_sources);
            list::run(args.login, &context, &ui)
        }
        Command::Verify(args) => {
            let pin_sources = PinSources::pin(args.pin.source());
            let context = settings.with_tokens(&args.token, &pin_sources)?;
            let ui = settings.ui(false, pin_sources);
            verify::run(&args.bank, args.serial.as_deref(), &context, &ui)
        }
        Command::Delete(args) => {
            let pin_sources = PinSources {
                pin: args.pin.source(),
                admin: args.admin.source(),
                ..PinSources::default()
            };
            let context = settings.with_tokens(&args.token, &pin_sources)?;
            let ui = settings.ui(args.yes, pin_sources);
            delete::and_revoke(&args.serial, args.last, args.revoke, &context, &ui)
        }
        Command::Pin(command) => new_pin(command, settings),
        Command::OfficerKey(command) => officer_key(command, settings),
        Command::Bank(command) => bank(command, settings),
        Command::Module(command) => module(command, settings),
        Command::SignRecord(args) => {
            let pin_sources = PinSources::pin(args.pin.source());
            let context = settings.with_tokens(&args.token, &pin_sources)?;
            let ui = settings.ui(false, pin_sources);
            sign_record::run(&args.bank, &args.record, &args.out, &context, &ui)
        }
        Command::SelfTest(args) => self_test::run(args, settings),
        Command::Register => register::register(settings),
        Command::Unregister => register::unregister(settings),
    }
}

fn new_pin(command: &PinCommand, settings: &Settings) -> Result<Outcome, Failure> {
    match command {
        PinCommand::Change(args) => {
            let pin_sources = PinSources {
                pin: args.pin.source(),
                new_pin: args.new.source(),
                ..PinSources::default()
            };
            let context = settings.with_tokens(&args.token, &pin_sources)?;
            pin::change(&context, &settings.ui(false, pin_sources))
        }
        PinCommand::Unblock(args) => {
            let pin_sources = PinSources {
                puk: args.puk.source(),
                new_pin: args.new.source(),
                ..PinSources::default()
            };
            let context = settings.with_tokens(&args.token, &pin_sources)?;
            pin::unblock(&context, &settings.ui(false, pin_sources))
        }
    }
}

fn officer_key(command: &OfficerKeyCommand, settings: &Settings) -> Result<Outcome, Failure> {
    match command {
        OfficerKeyCommand::Create(args) => {
            let pin_sources = PinSources {
                pin: args.pin.source(),
                admin: args.admin.source(),
                ..PinSources::default()
            };
            let context = settings.with_tokens(&args.token, &pin_sources)?;
            let ui = settings.ui(false, pin_sources);
            share_key::create(&args.bank, &args.out, &context, &ui)
        }
        OfficerKeyCommand::Reveal(args) => {
            let pin_sources = PinSources::pin(args.pin.source());
            let context = settings.with_tokens(&args.token, &pin_sources)?;
            share_key::reveal(&args.set, &context, &settings.ui(false, pin_sources))
        }
        OfficerKeyCommand::Confirm(args) => {
            let pin_sources = PinSources::pin(args.pin.source());
            let context = settings.with_tokens(&args.token, &pin_sources)?;
            share_key::confirm(&args.set, &context, &settings.ui(false, pin_sources))
        }
    }
}

fn bank(command: &BankCommand, settings: &Settings) -> Result<Outcome, Failure> {
    let context = settings.without_token();
    match command {
        BankCommand::Add { file, yes } => {
            banks::add(file, &context, &settings.ui(*yes, PinSources::default()))
        }
        BankCommand::List => banks::list(&context),
        BankCommand::Remove { id } => banks::remove(id, &context),
    }
}

fn module(command: &ModuleCommand, settings: &Settings) -> Result<Outcome, Failure> {
    let context = settings.without_token();
    match command {
        ModuleCommand::Add {
            module,
            name,
            parameters,
            environment,
            yes,
        } => {
            let ui = settings.ui(*yes, PinSources::default());
            let details = modules::Details {
                name: name.as_deref(),
                parameters: parameters.as_deref(),
                environment,
            };
            modules::add(module, details, &context, &ui)
        }
        ModuleCommand::List => modules::list(&context),
        ModuleCommand::Remove { module } => modules::remove(module, &context),
    }
}
