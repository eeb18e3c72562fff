//! What can be done, for the terminal and the window alike. Every operation is a function
//! `run(what, &Context, &dyn Person) -> Result<Outcome, Failure>`; it blocks, so call it on a thread of its own where a
//! window must go on living.
//!
//! | function | |
//! |---|---|
//! | `follow::run(link: &str, …)` | what an `inkan:` link asks for: issue, renewal, login |
//! | `renew::run(bank: Option<&Identifier>, …)` | a renewal begun here, without a page |
//! | `list::run(login: bool, …)` | tokens, and the certificates and keys on them |
//! | `verify::run(bank: &Identifier, serial: Option<&str>, …)` | does the bank take the certificate |
//! | `delete::run(serial: &str, last: bool, …)` | a certificate and its key; `last`: even the last usable one of its bank |
//! | `pin::change(…)`, `pin::unblock(…)` | new PIN, with the old one or with the PUK |
//! | `banks::{add, list, remove}`, `modules::{add, list, remove}` | the agent's own lists |
//!
//! - [`follow`], [`renew`], [`list`], [`verify`], [`delete`], [`pin`], [`banks`], [`modules`]: as above
//! - [`login`]: the certificate proved for a browser, reached through `follow`
//! - `again`: a secret that was refused and may be typed again
//! - [`unlock`]: choosing a token, the PIN, and what a token wants beyond it
//! - [`entries`]: what is on a token, as the person sees it
//! - `asked`: what a bank says of what looks usable
//! - `bank_clock`: this computer's clock against the bank's
//! - [`select`]: the certificate of a bank on a token
//! - [`mutual`]: a channel that shows the token's certificate

mod again;
mod asked;
mod bank_clock;
pub mod banks;
pub mod delete;
pub mod entries;
pub mod follow;
pub mod list;
pub mod login;
pub mod modules;
pub mod mutual;
pub mod pin;
pub mod renew;
pub mod select;
pub mod unlock;
pub mod verify;

use std::time::Duration;

use crate::catalogue::Lang;
use crate::clock::Clock;
use crate::config::bank::Bank;
use crate::config::directory::ConfigDir;
use crate::error::Failure;
use crate::http::client::Channel;
use crate::http::proxy::Ways;
use crate::http::tls;
use crate::keystore::places::Places;

/// What operations need to know, and never ask the person.
#[derive(Debug)]
pub struct Context {
    /// The agent's own files.
    pub config: ConfigDir,
    /// The time.
    pub clock: Clock,
    /// Proxies, where they are set.
    pub ways: Ways,
    /// For the language asked of the bank, and for sentences inside outcomes.
    pub lang: Lang,
    /// Where tokens are looked for.
    pub places: Box<dyn Places>,
    /// Label or serial number of the token, if named beforehand.
    pub wanted: Option<String>,
    /// How long a busy bank or a broken connection is tried again.
    pub patience: Duration,
    /// The shortest new PIN, in characters, whatever the token would take.
    pub pin_min_length: u8,
}

impl Context {
    /// The way to a bank's portal.
    ///
    /// # Errors
    /// [`Failure::Internal`].
    pub fn channel(&self, bank: &Bank) -> Result<Channel, Failure> {
        let tls = tls::config(&bank.server_ca, self.clock, tls::Versions::All, None)?;
        Channel::new(&bank.portal, &self.ways, tls, false, self.lang)
    }
}
