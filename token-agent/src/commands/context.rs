//! What all commands share: the surroundings of operations, and the person at the terminal.

use std::time::Duration;

use crate::cli::{PinArgs, TokenArgs};
use crate::clock::Clock;
use crate::config::directory::ConfigDir;
use crate::config::modules::{self, ModuleEntry};
use crate::driver::limits::Limits;
use crate::error::Failure;
use crate::interrupt::Interrupt;
use crate::operations::Context;
use crate::output::Reporter;
use crate::prompt::sources::{Source, Sources};
use crate::prompt::terminal::Terminal;
use crate::token::computer::Computer;

/// What the whole program was started with.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Configuration directory.
    pub config: ConfigDir,
    /// The time.
    pub clock: Clock,
    /// Where results go.
    pub reporter: Reporter,
    /// What Ctrl-C does.
    pub interrupt: Interrupt,
    /// How long token drivers may take.
    pub limits: Limits,
}

impl Setting {
    /// The surroundings of an operation that uses no token.
    #[must_use]
    pub fn without_token(&self) -> Context {
        self.context(Vec::new(), None)
    }

    /// The surroundings of an operation with the tokens that fit the command line.
    ///
    /// # Errors
    /// What is wrong with `modules.toml`.
    pub fn with_tokens(&self, args: &TokenArgs) -> Result<Context, Failure> {
        let modules = match &args.module {
            Some(path) => vec![ModuleEntry::at(path)],
            None => modules::load(&self.config)?.unwrap_or_default(),
        };
        Ok(self.context(modules, args.token.clone()))
    }

    fn context(&self, modules: Vec<ModuleEntry>, wanted: Option<String>) -> Context {
        Context {
            config: self.config.clone(),
            clock: self.clock,
            lang: self.reporter.lang,
            places: Box::new(Computer::new(modules).limited(self.limits)),
            wanted,
            patience: Duration::ZERO,
        }
    }

    /// Questions, or the sources named instead.
    #[must_use]
    pub fn person(&self, yes: bool, pin: Option<&PinArgs>) -> Terminal {
        let source = pin.map_or(Source::Prompt, |p| {
            Source::of(p.pin_file.as_ref(), p.pin_env.as_ref())
        });
        Terminal {
            reporter: self.reporter,
            yes,
            sources: Sources {
                pin: source,
                ..Sources::default()
            },
            interrupt: self.interrupt.clone(),
        }
    }
}
