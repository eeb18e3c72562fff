//! What all commands share: the context of operations, and the user at the terminal.

use std::time::Duration;

use super::register::Desktop;
use crate::cli::TokenArgs;
use crate::clock::Clock;
use crate::config::directory::ConfigDir;
use crate::config::modules::{self, ModuleEntry};
use crate::driver::HostProgram;
use crate::driver::limits::Limits;
use crate::error::Failure;
use crate::http::proxy::ProxyConfig;
use crate::interrupt::Interrupt;
use crate::operations::Context;
use crate::operations::self_test::machine::Machine;
use crate::output::Reporter;
use crate::prompt::pin_source::PinSources;
use crate::prompt::terminal::Terminal;
use crate::token::local::LocalTokens;

/// The settings that the program was started with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Configuration directory.
    pub config: ConfigDir,
    /// The time.
    pub clock: Clock,
    /// The proxies, if any are configured.
    pub proxies: ProxyConfig,
    /// Where results are written.
    pub reporter: Reporter,
    /// What Ctrl-C does.
    pub interrupt: Interrupt,
    /// Time limits of token drivers.
    pub limits: Limits,
    /// Minimum length of a new PIN, in characters.
    pub pin_min_length: u8,
    /// Where this user's desktop keeps its files.
    pub desktop: Desktop,
    /// The names of user and computer.
    pub machine: Machine,
}

impl Settings {
    /// The context of an operation that uses no token.
    #[must_use]
    pub fn without_token(&self) -> Context {
        let host = HostProgram::this().ok();
        self.context(LocalTokens::new(host, Vec::new(), false), None)
    }

    /// The context of an operation with the tokens that match the command line. Token drivers do not see the variables
    /// that hold PINs.
    ///
    /// # Errors
    /// An invalid `modules.toml`.
    pub fn with_tokens(
        &self,
        args: &TokenArgs,
        pin_sources: &PinSources,
    ) -> Result<Context, Failure> {
        let host = HostProgram::this().ok();
        let local = match &args.module {
            Some(path) => LocalTokens::new(host, vec![ModuleEntry::at(path)], false),
            None => {
                let drivers = modules::load(&self.config)?;
                LocalTokens::new(host, drivers.modules, drivers.piv).with_system_store()
            }
        };
        let local = local.with_hidden_variables(pin_sources.variables());
        Ok(self.context(local, args.token.clone()))
    }

    /// The same without the drivers of `modules.toml`, which is invalid.
    #[must_use]
    pub fn without_drivers(&self, args: &TokenArgs, pin_sources: &PinSources) -> Context {
        let local = LocalTokens::new(HostProgram::this().ok(), Vec::new(), true);
        let local = local.with_system_store();
        let local = local.with_hidden_variables(pin_sources.variables());
        self.context(local, args.token.clone())
    }

    fn context(&self, local: LocalTokens, wanted: Option<String>) -> Context {
        Context {
            config: self.config.clone(),
            clock: self.clock,
            proxies: self.proxies.clone(),
            lang: self.reporter.lang,
            provider: Box::new(local.with_limits(self.limits)),
            wanted,
            retry_for: Duration::ZERO,
            pin_min_length: self.pin_min_length,
        }
    }

    /// The user at the terminal, or the PIN sources named instead. `yes`: consent to the command's own question.
    #[must_use]
    pub fn ui(&self, yes: bool, pin_sources: PinSources) -> Terminal {
        Terminal {
            print_url: false,
            serial: None,
            reporter: self.reporter,
            yes,
            may_delete: yes,
            new_key: false,
            pin_sources,
            interrupt: self.interrupt.clone(),
        }
    }
}
