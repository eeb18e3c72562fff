//! The self-test: checks what the agent needs of this computer, for a user and for the help desk.
//!
//! It makes a throw-away key in every key store that needs no PIN (and in the token that is named), uses it, and deletes
//! it. Its report contains nothing that names a user, a computer, a bank or a token.
//!
//! - `finding`: what a check found, as data
//! - [`machine`]: the names of user and computer, which the report must not contain
//! - `private`: removes them and others from every text
//! - `running`: the self-test in progress: collects and reports the findings
//! - `platform`: facts of Linux and Windows
//! - `system`, `directory`, `bank_files`, `clock`, `proxy`, `instance`, `scheme`, `readers`, `drivers`: one check each
//! - `key_stores`: the key stores, throw-away keys in them, and TLS with these

mod bank_files;
mod clock;
mod directory;
mod drivers;
pub(crate) mod finding;
mod instance;
mod key_stores;
pub mod machine;
mod platform;
mod private;
mod proxy;
mod readers;
mod running;
pub mod scheme;
mod system;

use super::Context;
use crate::config::banks;
use crate::error::Failure;
use crate::output::check::SelfTestReport;
use crate::prompt::UserInterface;
use machine::Machine;
use running::Running;
use scheme::LinkProgram;

/// What the self-test cannot find out by itself.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// User and computer.
    pub machine: Machine,
    /// The program that opens links.
    pub scheme: LinkProgram,
}

/// Runs all checks. Each is reported as soon as it is done.
///
/// # Errors
/// The named token cannot be used: as [`unlock`](super::unlock::unlock); cancelled. Everything else is a finding.
pub fn run(
    around: &Surroundings,
    context: &Context,
    ui: &dyn UserInterface,
) -> Result<SelfTestReport, Failure> {
    let running = Running::new(around, context, ui);
    let installed = banks::all(&context.config);
    if let Ok(installed) = &installed {
        running.hide_banks(installed);
    }
    // The PIN is asked for first, so that nobody has to wait for the question.
    let stores = key_stores::open::all(&running)?;
    running.report(system::check(&around.machine, context.lang))?;
    running.report(directory::check(&context.config))?;
    running.report(bank_files::check(&installed))?;
    let banks: Vec<_> = installed
        .into_iter()
        .flatten()
        .filter_map(|(_, bank)| bank.ok())
        .collect();
    running.report(proxy::check(&banks, &context.proxies))?;
    for finding in clock::checks(&banks, context) {
        running.report(finding)?;
    }
    running.report(instance::check(&context.config))?;
    running.report(scheme::check(around.scheme))?;
    running.report(readers::check())?;
    running.report(drivers::check(context))?;
    running.report(key_stores::links::check(&stores, &banks))?;
    key_stores::check(&running, stores)?;
    Ok(running.finish())
}
