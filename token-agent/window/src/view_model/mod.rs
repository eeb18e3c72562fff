//! What the window shows, as data: no sentence, no colour, no toolkit.
//!
//! - [`home`]: tokens and their entries
//! - [`secrets`]: secrets to be entered
//! - [`progress`]: progress of an operation

pub mod home;
pub mod progress;
pub mod secrets;

use inkan_agent::error::Failure;
use inkan_agent::keystore::view::TokenView;
use inkan_agent::output::outcome::{Outcome, TokenEntry};
use inkan_agent::prompt::question::Question;

use home::Home;
use progress::Progress;
use secrets::Secrets;

/// One page of the window.
#[derive(Debug)]
pub enum ViewModel {
    /// Waiting, without a question.
    Waiting(Waiting),
    /// A yes/no question.
    Question(Box<Question>),
    /// A choice of tokens.
    Choose(Vec<TokenView>),
    /// A choice of certificates of the bank.
    ChooseCertificate(Vec<TokenEntry>),
    /// PIN, PUK, or another secret.
    Secrets(Box<Secrets>),
    /// The reader's keypad is in use.
    PinPad(TokenView),
    /// The progress of an operation.
    Progress(Progress),
    /// A success.
    Done(Box<Outcome>),
    /// A failure.
    Failed(Box<Failure>),
    /// Tokens and certificates.
    Home(Home),
    /// This program.
    About(About),
}

/// What the window is waiting for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// The bank's description of the request.
    Bank,
    /// The contents of the tokens.
    Tokens,
    /// The end of an operation that was cancelled but cannot be interrupted.
    Stopping,
}

/// Where this program keeps its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Bank files and token drivers.
    pub config: String,
    /// Names of the installed banks.
    pub banks: Vec<String>,
}
