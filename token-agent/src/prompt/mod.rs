//! The user interface of an operation: its questions and messages, in a terminal or in a window.
//!
//! Every question ends with an answer or with [`Failure::Cancelled`](crate::error::Failure::Cancelled), which is final.
//! Only a refused secret is requested again, if a user can retype it.
//!
//! - [`question`]: the questions
//! - [`choice`]: the tokens to choose from, while they are added and removed
//! - [`browser`]: the user's browser
//! - [`terminal`]: the user at the terminal
//! - [`line`](self::line): one line of input
//! - [`pin_source`]: PINs from files and environment variables

pub mod browser;
pub mod choice;
pub mod line;
pub mod pin_source;
pub mod question;
pub mod terminal;

use std::fmt::Debug;

use inkan_pki::secret::{Pin, Secret};

use crate::error::Failure;
use crate::keystore::discovery::FoundToken;
use crate::output::event::Event;
use choice::TokenChoice;
use question::{CertificateChoice, NewPin, PinChange, Question, SecretKind, SecretQuestion};

/// What an operation asks and reports. Called from the operation's thread, one call at a time; a call may wait as long
/// as the user does.
pub trait UserInterface: Send + Sync + Debug {
    /// Reports an event. Returns at once.
    fn notify(&self, event: &Event);

    /// Asks for explicit consent.
    ///
    /// # Errors
    /// [`Failure::Cancelled`] for anything but yes.
    fn confirm(&self, question: &Question) -> Result<(), Failure>;

    /// Asks which token to use. Also called if there is one token or none: the implementation decides whether to use
    /// the only one without a question, or to wait for one to be inserted.
    ///
    /// # Errors
    /// [`Failure::Cancelled`], or why there is none to choose (see [`TokenChoice::only`] and
    /// [`Discovery::usable`](crate::keystore::discovery::Discovery::usable)).
    fn choose_token(&self, choice: &TokenChoice<'_>) -> Result<FoundToken, Failure>;

    /// Asks which certificate of a bank to use; returns its index. Also called if there is only one. Without a question
    /// it is the newest.
    ///
    /// # Errors
    /// [`Failure::Cancelled`]; [`TokenError::NoCertificate`](crate::error::TokenError::NoCertificate) if the
    /// certificate named in advance is not in the list.
    fn choose_certificate(&self, _choice: &CertificateChoice) -> Result<usize, Failure> {
        Ok(0)
    }

    /// Asks once for a PIN, PUK, security officer PIN or management key. The question includes the tries left and,
    /// after a refusal, the reason.
    ///
    /// # Errors
    /// [`Failure::Cancelled`].
    fn secret(&self, question: &SecretQuestion) -> Result<Pin, Failure>;

    /// Whether a user can retype the secret after a refusal; a file or variable would return the same value again.
    fn can_retype(&self, _what: SecretKind) -> bool {
        false
    }

    /// The same for a new PIN.
    fn can_retype_new_pin(&self) -> bool {
        false
    }

    /// Asks for a new PIN, twice if it is typed without echo.
    ///
    /// # Errors
    /// [`Failure::Cancelled`], [`UsageError::PinsDiffer`](crate::error::UsageError::PinsDiffer).
    fn new_pin(&self, question: &NewPin) -> Result<Pin, Failure>;

    /// Asks for the unlocking secret (PIN or PUK) and for the new PIN: in one form in a window, one after the other
    /// here.
    ///
    /// # Errors
    /// As [`UserInterface::secret`] and [`UserInterface::new_pin`].
    fn pin_change(&self, present: &SecretQuestion, new: &NewPin) -> Result<PinChange, Failure> {
        Ok(PinChange {
            present: self.secret(present)?,
            new: self.new_pin(new)?,
        })
    }

    /// Opens a URL of the bank in the user's browser; returns true if that is left to the user. The URL is valuable for
    /// a moment: it is not logged and not kept.
    ///
    /// # Errors
    /// [`SetupError::NoBrowser`](crate::error::SetupError::NoBrowser).
    fn open_page(&self, address: &Secret) -> Result<bool, Failure> {
        browser::open(address).map(|()| false)
    }

    /// Whether the user has cancelled outside of a question. Checked between steps, as long as stopping leaves nothing
    /// half done.
    fn is_cancelled(&self) -> bool {
        false
    }
}
