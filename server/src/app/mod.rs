//! The program: command line, configuration file, start and stop. Only here are the operator's files read.
//!
//! - [`cli`]: the command line
//! - [`audit`]: `inkan-server audit`; [`staff`]: `inkan-server staff`
//! - [`backup`], [`restore`]: `inkan-server backup` and `restore`; [`rollback`]: a database that is older than it was
//! - [`config`]: the configuration file
//! - [`database`]: the database of the configuration, opened as a command needs it
//! - [`log`]: output on standard error
//! - `metrics`: what each metric means
//! - `owner`: whose the files are that a command writes
//! - [`findings`]: everything in a configuration and its files that cannot work
//! - [`start`]: from a configuration to services and routers
//! - [`mail`]: the bank as a sender of mail; [`mail_commands`]: `inkan-server mail`
//! - [`hsm`]: the HSM of the configuration's specification
//! - [`unseal`]: officers unseal the HSM
//! - [`sockets`]: the five listening sockets
//! - [`status`]: what follows a status change at once; [`refusals`]: records counted refusals
//! - [`reload`]: files that may change while the server runs
//! - [`serve`]: serving until a signal; `service_manager`: what systemd is told
//! - [`scheduler`]: runs the scheduled jobs
//! - [`error`]: why the program ended

pub mod audit;
pub mod backup;
pub mod cli;
pub mod config;
pub mod database;
pub mod error;
pub mod findings;
pub mod hsm;
pub mod log;
pub mod mail;
pub mod mail_commands;
mod metrics;
mod owner;
pub mod refusals;
pub mod reload;
pub mod restore;
pub mod rollback;
pub mod scheduler;
pub mod serve;
mod service_manager;
pub mod sockets;
pub mod staff;
pub mod start;
pub mod status;
pub mod unseal;

use std::process::ExitCode;

use clap::Parser;
use jiff::Timestamp;

use cli::{Cli, Command, ConfigCommand};
use error::AppError;

/// Runs the program named on the command line.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    match dispatch(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::last_words(&error);
            error.exit_code()
        }
    }
}

fn dispatch(command: Command) -> Result<(), AppError> {
    match command {
        Command::Serve { config } => {
            let (config, found) = findings::read(&config, Timestamp::now())?;
            if found.iter().any(|one| !one.code.serves()) {
                return Err(AppError::Findings(found));
            }
            log::start(&config.log);
            for one in found {
                tracing::error!(code = one.code.as_str(), "{}", one.text);
            }
            serve::block_on(serve::serve(config))
        }
        Command::Config(ConfigCommand::Check { config, connect }) => {
            let (read, found) = findings::read(&config, Timestamp::now())?;
            if !found.is_empty() {
                return Err(AppError::Findings(found));
            }
            if let Some(warning) = rollback::place::warning(&read) {
                log::warn(&format!("{warning} [{}]", warning.code()));
            }
            if connect {
                for warning in serve::block_on(database::reach(&read))? {
                    log::say(&format!("{}: {warning}", config.display()));
                }
            }
            log::say(&format!("{}: ok", config.display()));
            Ok(())
        }
        Command::Staff(command) => serve::block_on(staff::run(command)),
        Command::Audit(command) => serve::block_on(audit::run(command)),
        Command::Mail(command) => serve::block_on(mail_commands::run(command)),
        Command::Backup(command) => serve::block_on(backup::command::run(command)),
        Command::Restore(command) => serve::block_on(restore::command::run(command)),
    }
}
