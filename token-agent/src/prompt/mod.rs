//! The person: what they are asked and told during one operation, in a terminal or in a window.
//!
//! Every question ends in an answer or in [`Failure::Cancelled`](crate::error::Failure::Cancelled), and what was cancelled
//! stays cancelled. Only a secret that was refused is asked for again, of somebody who types it.
//!
//! - [`question`]: what is asked
//! - [`choice`]: the tokens to choose from, with those that come and go
//! - [`browser`]: their browser
//! - [`terminal`]: the person at the terminal
//! - [`line`](self::line): one line from there
//! - [`sources`]: PINs from files and variables instead

pub mod browser;
pub mod choice;
pub mod line;
pub mod question;
pub mod sources;
pub mod terminal;

use std::fmt::Debug;

use inkan_pki::secret::{Pin, Secret};

use crate::error::Failure;
use crate::keystore::places::Found;
use crate::output::event::Event;
use choice::TokenChoice;
use question::{CertificateChoice, NewPin, PinChange, Question, SecretKind, SecretQuestion};

/// Whom an operation asks and tells. Called from the thread of the operation, one call at a time; each call may wait for
/// as long as the person does.
pub trait Person: Send + Sync + Debug {
    /// Tells what happens. Returns at once.
    fn tell(&self, event: &Event);

    /// Asks for a plain yes.
    ///
    /// # Errors
    /// [`Failure::Cancelled`] for anything else.
    fn agree(&self, question: &Question) -> Result<(), Failure>;

    /// Asks which token. Called even where there is one or none: it is the person's side that decides to take the only one
    /// without a question, or to wait for one to be put in.
    ///
    /// # Errors
    /// [`Failure::Cancelled`], or why there is none to choose ([`TokenChoice::only`] and
    /// [`Survey::usable`](crate::keystore::places::Survey::usable) say it).
    fn choose_token(&self, choice: &TokenChoice<'_>) -> Result<Found, Failure>;

    /// Asks which certificate of a bank, by its place in the list. Called even where there is one. Where nobody is asked it is
    /// the newest.
    ///
    /// # Errors
    /// [`Failure::Cancelled`]; [`TokenError::NoCertificate`](crate::error::TokenError::NoCertificate) when the one named
    /// beforehand is not among them.
    fn choose_certificate(&self, _choice: &CertificateChoice) -> Result<usize, Failure> {
        Ok(0)
    }

    /// Asks for a PIN, PUK, security officer's PIN or management key: once. What is left of the tries is in the question, and
    /// after one that was refused, why.
    ///
    /// # Errors
    /// [`Failure::Cancelled`].
    fn secret(&self, question: &SecretQuestion) -> Result<Pin, Failure>;

    /// True when somebody is there to type such a secret again after one that was refused; where it comes from a file or a
    /// variable it would be the same again.
    fn types(&self, _what: SecretKind) -> bool {
        false
    }

    /// The same of a new PIN.
    fn types_new_pin(&self) -> bool {
        false
    }

    /// Asks for a new PIN, twice where it is typed unseen.
    ///
    /// # Errors
    /// [`Failure::Cancelled`], [`UsageError::PinsDiffer`](crate::error::UsageError::PinsDiffer).
    fn new_pin(&self, question: &NewPin) -> Result<Pin, Failure>;

    /// Asks for what opens the token (PIN or PUK) and for the new PIN: one form in a window, one after the other here.
    ///
    /// # Errors
    /// As [`Person::secret`] and [`Person::new_pin`].
    fn pin_change(&self, present: &SecretQuestion, new: &NewPin) -> Result<PinChange, Failure> {
        Ok(PinChange {
            present: self.secret(present)?,
            new: self.new_pin(new)?,
        })
    }

    /// Opens an address of the bank in the person's browser; true when that is left to the person. It is worth something for
    /// a moment: told to nobody else, and not kept.
    ///
    /// # Errors
    /// [`SetupError::NoBrowser`](crate::error::SetupError::NoBrowser).
    fn open_page(&self, address: &Secret) -> Result<bool, Failure> {
        browser::open(address).map(|()| false)
    }

    /// True when the person wants it to stop although nothing is being asked. Looked at between steps, as long as stopping
    /// leaves nothing half done.
    fn wants_to_stop(&self) -> bool {
        false
    }
}
