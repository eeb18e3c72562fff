//! The user at the terminal. No answer, an empty line or Ctrl-C cancels. Only a refused secret is requested again, and
//! only if it was typed.

use std::io::{IsTerminal, Write};

use inkan_pki::secret::{Pin, Secret};

use super::choice::TokenChoice;
use super::line::{ask, ask_without_echo};
use super::pin_source::{PinSource, PinSources, first_line};
use super::question::{CertificateChoice, NewPin, Question, SecretKind, SecretQuestion};
use super::{UserInterface, browser};
use crate::catalogue::{dialog, entry};
use crate::error::{Failure, TokenError, UsageError};
use crate::interrupt::Interrupt;
use crate::keystore::discovery::FoundToken;
use crate::output::event::Event;
use crate::output::outcome::TokenEntry;
use crate::output::{Reporter, human};

/// Asks the user, or uses the sources that the command line names instead.
#[derive(Debug, Clone)]
pub struct Terminal {
    /// Where events are reported, and the language of the questions.
    pub reporter: Reporter,
    /// Consent to the command's own question without asking.
    pub yes: bool,
    /// Consent to a deletion without asking.
    pub may_delete: bool,
    /// Consent to giving up an issuance for a new key without asking.
    pub new_key: bool,
    /// Leave opening a URL to the user.
    pub print_url: bool,
    /// Serial number of the certificate to use, if named in advance.
    pub serial: Option<String>,
    /// The sources of PINs.
    pub pin_sources: PinSources,
    /// What Ctrl-C does.
    pub interrupt: Interrupt,
}

impl Terminal {
    /// Prints a text that is no question, to the same stream as the questions.
    fn print_line(&self, text: &str) {
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }

    /// Prints why a secret is requested again.
    fn say_refused(&self, refused: Option<&TokenError>) {
        if let Some(error) = refused {
            let report = entry(&Failure::Token(error.clone()), self.reporter.lang);
            self.print_line(&report.sentence);
        }
    }

    fn source(&self, what: SecretKind) -> &PinSource {
        match what {
            SecretKind::Pin | SecretKind::CurrentPin => &self.pin_sources.pin,
            SecretKind::Unblock(_) => &self.pin_sources.puk,
            SecretKind::Admin(_) => &self.pin_sources.admin,
        }
    }

    fn consent(&self, question: &str) -> Result<(), Failure> {
        let answer = ask(question, &self.interrupt)?;
        if dialog::is_yes(&answer) {
            Ok(())
        } else {
            Err(Failure::Cancelled)
        }
    }

    /// A number from 1 to `count`, as an index.
    fn number(&self, question: &str, count: usize) -> Result<usize, Failure> {
        let answer = ask(question, &self.interrupt)?;
        let number: usize = answer.trim().parse().map_err(|_| Failure::Cancelled)?;
        let index = number.checked_sub(1).filter(|index| *index < count);
        index.ok_or(Failure::Cancelled)
    }

    fn secret_of(&self, source: &PinSource, question: &str) -> Result<Pin, Failure> {
        if let Some(pin) = source.read()? {
            return Ok(pin);
        }
        first_line(&ask_without_echo(question, &self.interrupt)?).ok_or(Failure::Cancelled)
    }
}

/// Whether a user types it, at a terminal rather than into a pipe.
fn typed(source: &PinSource) -> bool {
    matches!(source, PinSource::Prompt) && std::io::stdin().is_terminal()
}

impl UserInterface for Terminal {
    fn notify(&self, event: &Event) {
        self.reporter.event(event);
    }

    fn confirm(&self, question: &Question) -> Result<(), Failure> {
        let lang = self.reporter.lang;
        // There is no consent in advance to destroying a foreign key.
        match question {
            Question::Overwrite { .. } => {}
            Question::GiveUp { .. } if self.new_key => return Ok(()),
            Question::GiveUp { .. } if self.yes => return Err(Failure::Cancelled),
            Question::GiveUp { .. } => {}
            Question::Delete { .. } if self.may_delete => return Ok(()),
            // Consent to another question does not answer this one.
            Question::Delete { .. } if self.yes => return Err(Failure::Cancelled),
            Question::Delete { .. } => {}
            _ if self.yes => return Ok(()),
            _ => {}
        }
        if let Some(shown) = human::question(question, lang) {
            self.print_line(&shown);
        }
        self.consent(&dialog::question(question, lang))
    }

    fn open_page(&self, address: &Secret) -> Result<bool, Failure> {
        if self.print_url {
            return Ok(true);
        }
        browser::open(address).map(|()| false)
    }

    fn choose_token(&self, choice: &TokenChoice<'_>) -> Result<FoundToken, Failure> {
        if let Some(only) = choice.only()? {
            return Ok(only.clone());
        }
        let tokens = choice.first().usable()?;
        for failure in &choice.first().failures {
            let report = entry(&failure.clone().into(), self.reporter.lang);
            self.print_line(&format!("  ! {} [{}]", report.sentence, report.code));
        }
        for (index, token) in tokens.iter().enumerate() {
            let name = dialog::token_name(&token.view, self.reporter.lang);
            self.print_line(&format!("  {}. {name}", index + 1));
        }
        let question = dialog::which_token(tokens.len(), self.reporter.lang);
        Ok(tokens[self.number(&question, tokens.len())?].clone())
    }

    fn choose_certificate(&self, choice: &CertificateChoice) -> Result<usize, Failure> {
        if let Some(wanted) = &self.serial {
            let named = |e: &TokenEntry| {
                let serial = e.serial.as_deref().unwrap_or_default();
                serial.eq_ignore_ascii_case(wanted)
            };
            let found = choice.entries.iter().position(named);
            return found.ok_or_else(|| {
                let serial = wanted.clone();
                TokenError::NoSuchCertificate { serial }.into()
            });
        }
        let count = choice.entries.len();
        if count == 1 || self.yes {
            return Ok(0);
        }
        for (index, entry) in choice.entries.iter().enumerate() {
            let shown = human::token_entry(entry, self.reporter.lang);
            self.print_line(&format!("  {}.{shown}", index + 1));
        }
        self.number(&dialog::which_certificate(count, self.reporter.lang), count)
    }

    fn secret(&self, question: &SecretQuestion) -> Result<Pin, Failure> {
        self.say_refused(question.refused.as_ref());
        let text = dialog::secret(question, self.reporter.lang);
        self.secret_of(self.source(question.what), &text)
    }

    fn can_retype(&self, what: SecretKind) -> bool {
        typed(self.source(what))
    }

    fn can_retype_new_pin(&self) -> bool {
        typed(&self.pin_sources.new_pin)
    }

    fn new_pin(&self, question: &NewPin) -> Result<Pin, Failure> {
        if let Some(pin) = self.pin_sources.new_pin.read()? {
            return Ok(pin);
        }
        let lang = self.reporter.lang;
        self.say_refused(question.refused.as_ref());
        let pin = self.secret_of(&PinSource::Prompt, &dialog::new_pin(question, lang))?;
        let again = self.secret_of(&PinSource::Prompt, dialog::new_pin_again(lang))?;
        if pin == again {
            Ok(pin)
        } else {
            Err(UsageError::PinsDiffer.into())
        }
    }
}
