//! The person at the terminal. No answer, an empty line or Ctrl-C means cancel. Only a secret that was refused is asked for
//! again, and only where it was typed.

use std::io::{IsTerminal, Write};

use inkan_pki::secret::{Pin, Secret};

use super::choice::TokenChoice;
use super::line::{ask, ask_unseen};
use super::question::{CertificateChoice, NewPin, Question, SecretKind, SecretQuestion};
use super::sources::{Source, Sources, first_line};
use super::{Person, browser};
use crate::catalogue::{entry, talk};
use crate::error::{Failure, TokenError, UsageError};
use crate::interrupt::Interrupt;
use crate::keystore::places::Found;
use crate::output::event::Event;
use crate::output::outcome::TokenEntry;
use crate::output::{Reporter, human};

/// Asks the person, or the sources the command line names instead.
#[derive(Debug, Clone)]
pub struct Terminal {
    /// Where events go, and the language of the questions.
    pub reporter: Reporter,
    /// Agree without asking to what the command itself is about.
    pub yes: bool,
    /// Agree without asking to a deletion.
    pub may_delete: bool,
    /// Agree without asking to give up an issue for another key.
    pub new_key: bool,
    /// Leave opening an address to the person.
    pub print_url: bool,
    /// Serial number of the certificate to use, if it is named beforehand.
    pub serial: Option<String>,
    /// Where PINs come from.
    pub sources: Sources,
    /// What Ctrl-C does.
    pub interrupt: Interrupt,
}

impl Terminal {
    /// Says something that is no question, where the questions are.
    fn say(&self, text: &str) {
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }

    /// Why a secret is asked for again.
    fn say_refused(&self, refused: Option<&TokenError>) {
        if let Some(error) = refused {
            let told = entry(&Failure::Token(error.clone()), self.reporter.lang);
            self.say(&told.sentence);
        }
    }

    fn source(&self, what: SecretKind) -> &Source {
        match what {
            SecretKind::Pin | SecretKind::PresentPin => &self.sources.pin,
            SecretKind::Unblock(_) => &self.sources.puk,
            SecretKind::Admin(_) => &self.sources.admin,
        }
    }

    fn consent(&self, question: &str) -> Result<(), Failure> {
        let answer = ask(question, &self.interrupt)?;
        if talk::is_yes(&answer) {
            Ok(())
        } else {
            Err(Failure::Cancelled)
        }
    }

    /// A number from 1 to `count`, as a place in a list.
    fn number(&self, question: &str, count: usize) -> Result<usize, Failure> {
        let answer = ask(question, &self.interrupt)?;
        let number: usize = answer.trim().parse().map_err(|_| Failure::Cancelled)?;
        let index = number.checked_sub(1).filter(|index| *index < count);
        index.ok_or(Failure::Cancelled)
    }

    fn secret_of(&self, source: &Source, question: &str) -> Result<Pin, Failure> {
        if let Some(pin) = source.read()? {
            return Ok(pin);
        }
        first_line(&ask_unseen(question, &self.interrupt)?).ok_or(Failure::Cancelled)
    }
}

/// Whether somebody types it: at a terminal, and not into a pipe.
fn typed(source: &Source) -> bool {
    matches!(source, Source::Prompt) && std::io::stdin().is_terminal()
}

impl Person for Terminal {
    fn tell(&self, event: &Event) {
        self.reporter.event(event);
    }

    fn agree(&self, question: &Question) -> Result<(), Failure> {
        let lang = self.reporter.lang;
        // That somebody else's key may go is never agreed to beforehand.
        match question {
            Question::Overwrite { .. } => {}
            Question::GiveUp { .. } if self.new_key => return Ok(()),
            Question::GiveUp { .. } if self.yes => return Err(Failure::Cancelled),
            Question::GiveUp { .. } => {}
            Question::Delete { .. } if self.may_delete => return Ok(()),
            // Agreeing to something else is no answer to this.
            Question::Delete { .. } if self.yes => return Err(Failure::Cancelled),
            Question::Delete { .. } => {}
            _ if self.yes => return Ok(()),
            _ => {}
        }
        if let Some(shown) = human::question(question, lang) {
            self.say(&shown);
        }
        self.consent(&talk::question(question, lang))
    }

    fn open_page(&self, address: &Secret) -> Result<bool, Failure> {
        if self.print_url {
            return Ok(true);
        }
        browser::open(address).map(|()| false)
    }

    fn choose_token(&self, choice: &TokenChoice<'_>) -> Result<Found, Failure> {
        if let Some(only) = choice.only()? {
            return Ok(only.clone());
        }
        let tokens = choice.first().usable()?;
        for (index, token) in tokens.iter().enumerate() {
            let name = talk::token_name(&token.view, self.reporter.lang);
            self.say(&format!("  {}. {name}", index + 1));
        }
        let question = talk::which_token(tokens.len(), self.reporter.lang);
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
            self.say(&format!("  {}.{shown}", index + 1));
        }
        self.number(&talk::which_certificate(count, self.reporter.lang), count)
    }

    fn secret(&self, question: &SecretQuestion) -> Result<Pin, Failure> {
        self.say_refused(question.refused.as_ref());
        let text = talk::secret(question, self.reporter.lang);
        self.secret_of(self.source(question.what), &text)
    }

    fn types(&self, what: SecretKind) -> bool {
        typed(self.source(what))
    }

    fn types_new_pin(&self) -> bool {
        typed(&self.sources.new_pin)
    }

    fn new_pin(&self, question: &NewPin) -> Result<Pin, Failure> {
        if let Some(pin) = self.sources.new_pin.read()? {
            return Ok(pin);
        }
        let lang = self.reporter.lang;
        self.say_refused(question.refused.as_ref());
        let pin = self.secret_of(&Source::Prompt, &talk::new_pin(question, lang))?;
        let again = self.secret_of(&Source::Prompt, talk::new_pin_again(lang))?;
        if pin == again {
            Ok(pin)
        } else {
            Err(UsageError::PinsDiffer.into())
        }
    }
}
