//! What all commands share: the surroundings of operations, and the person at the terminal.

use std::time::Duration;

use super::register::Desktop;
use crate::cli::TokenArgs;
use crate::clock::Clock;
use crate::config::directory::ConfigDir;
use crate::config::modules::{self, ModuleEntry};
use crate::driver::limits::Limits;
use crate::error::Failure;
use crate::http::proxy::Ways;
use crate::interrupt::Interrupt;
use crate::operations::Context;
use crate::output::Reporter;
use crate::prompt::sources::Sources;
use crate::prompt::terminal::Terminal;
use crate::token::computer::Computer;

/// What the whole program was started with.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Configuration directory.
    pub config: ConfigDir,
    /// The time.
    pub clock: Clock,
    /// Proxies, where they are set.
    pub ways: Ways,
    /// Where results go.
    pub reporter: Reporter,
    /// What Ctrl-C does.
    pub interrupt: Interrupt,
    /// How long token drivers may take.
    pub limits: Limits,
    /// The shortest new PIN, in characters.
    pub pin_min_length: u8,
    /// Where this person's desktop keeps its files.
    pub desktop: Desktop,
}

impl Setting {
    /// The surroundings of an operation that uses no token.
    #[must_use]
    pub fn without_token(&self) -> Context {
        self.context(Computer::new(Vec::new(), false), None)
    }

    /// The surroundings of an operation with the tokens that fit the command line. Where PINs come from is nothing for token
    /// drivers to see.
    ///
    /// # Errors
    /// What is wrong with `modules.toml`.
    pub fn with_tokens(&self, args: &TokenArgs, sources: &Sources) -> Result<Context, Failure> {
        let computer = match &args.module {
            Some(path) => Computer::new(vec![ModuleEntry::at(path)], false),
            None => {
                let places = modules::load(&self.config)?;
                Computer::new(places.modules, places.piv)
            }
        };
        let computer = computer.hiding(sources.variables());
        Ok(self.context(computer, args.token.clone()))
    }

    fn context(&self, computer: Computer, wanted: Option<String>) -> Context {
        Context {
            config: self.config.clone(),
            clock: self.clock,
            ways: self.ways.clone(),
            lang: self.reporter.lang,
            places: Box::new(computer.limited(self.limits)),
            wanted,
            patience: Duration::ZERO,
            pin_min_length: self.pin_min_length,
        }
    }

    /// Questions, or the sources named instead. `yes`: agree to what the command is about.
    #[must_use]
    pub fn person(&self, yes: bool, sources: Sources) -> Terminal {
        Terminal {
            print_url: false,
            serial: None,
            reporter: self.reporter,
            yes,
            may_delete: yes,
            new_key: false,
            sources,
            interrupt: self.interrupt.clone(),
        }
    }
}
