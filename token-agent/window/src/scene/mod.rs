//! What the window shows, as data: no sentence, no colour, no toolkit.
//!
//! - [`home`]: tokens and what is on them
//! - [`secrets`]: what is to be typed that nobody may read
//! - [`progress`]: how far the work is

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

/// One picture of the window.
#[derive(Debug)]
pub enum Scene {
    /// Nothing to ask yet.
    Waiting(Waiting),
    /// A question that is answered by yes or no.
    Question(Box<Question>),
    /// Which token?
    Choose(Vec<TokenView>),
    /// Which certificate of the bank?
    ChooseCertificate(Vec<TokenEntry>),
    /// PIN, PUK, or another secret.
    Secrets(Box<Secrets>),
    /// The reader's keypad is to be used.
    PinPad(TokenView),
    /// The work itself.
    Progress(Progress),
    /// It went well.
    Done(Box<Outcome>),
    /// It did not.
    Failed(Box<Failure>),
    /// Tokens and certificates.
    Home(Home),
    /// This program.
    About(About),
}

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// The bank's answer to who is asking, and for what.
    Bank,
    /// The tokens' answers to what is on them.
    Tokens,
    /// The end of what cannot be broken off in the middle: it was cancelled.
    Stopping,
}

/// Where this program keeps its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Bank files and token drivers.
    pub config: String,
    /// Names of the banks it knows.
    pub banks: Vec<String>,
}
