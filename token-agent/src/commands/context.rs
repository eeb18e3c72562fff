//! What all commands share.

use std::path::PathBuf;

use inkan_pki::pkcs11::session::Access;

use crate::ask::{Asker, PinSource};
use crate::cli::{PinArgs, TokenArgs};
use crate::clock::Clock;
use crate::config::directory::ConfigDir;
use crate::config::modules;
use crate::error::Failure;
use crate::interrupt::Interrupt;
use crate::output::Reporter;
use crate::output::event::Event;
use crate::token::find::{self, Found};
use crate::token::login::log_in;
use crate::token::thread::TokenThread;

/// Settings, clock and the way to the customer.
#[derive(Debug, Clone)]
pub struct Context {
    /// Configuration directory.
    pub config: ConfigDir,
    /// The time.
    pub clock: Clock,
    /// Where results go.
    pub reporter: Reporter,
    /// What Ctrl-C does.
    pub interrupt: Interrupt,
}

impl Context {
    /// Questions, or the sources named instead.
    #[must_use]
    pub fn asker(&self, yes: bool, pin: Option<&PinArgs>) -> Asker {
        let file = pin.and_then(|p| p.pin_file.clone()).map(PinSource::File);
        let variable = pin.and_then(|p| p.pin_env.clone()).map(PinSource::Variable);
        let pin = file.or(variable).unwrap_or(PinSource::Prompt);
        Asker {
            lang: self.reporter.lang,
            yes,
            pin,
            interrupt: self.interrupt.clone(),
        }
    }

    /// The tokens that fit the command line.
    ///
    /// # Errors
    /// No module, no token, not that token.
    pub fn tokens(&self, args: &TokenArgs) -> Result<Vec<Found>, Failure> {
        let modules: Vec<PathBuf> = match &args.module {
            Some(path) => vec![path.clone()],
            None => modules::load(&self.config)?
                .into_iter()
                .map(|m| m.path)
                .collect(),
        };
        Ok(find::wanted(
            find::tokens(&modules)?,
            args.token.as_deref(),
        )?)
    }

    /// One token: the only one, the one named, or the one the customer chooses.
    ///
    /// # Errors
    /// As [`Context::tokens`], or cancelled.
    pub fn one_token(&self, args: &TokenArgs, asker: &Asker) -> Result<Found, Failure> {
        let mut found = self.tokens(args)?;
        let index = match found.len() {
            1 => 0,
            _ => asker.choose_token(&found.iter().map(Found::view).collect::<Vec<_>>())?,
        };
        let chosen = found.swap_remove(index);
        self.reporter.event(&Event::Token(chosen.view()));
        Ok(chosen)
    }

    /// Opens the token and logs in.
    ///
    /// # Errors
    /// What the token says, or cancelled.
    pub fn unlock(
        &self,
        token: &Found,
        access: Access,
        asker: &Asker,
    ) -> Result<TokenThread, Failure> {
        find::fit_for_use(&token.info, access == Access::ReadWrite)?;
        let thread = TokenThread::start(token, access)?;
        log_in(&thread, &token.info, asker, &self.reporter)?;
        Ok(thread)
    }
}
