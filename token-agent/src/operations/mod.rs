//! What the agent can do, for the terminal and the window. Every operation is a function `run(what, &Context, &dyn
//! UserInterface) -> Result<Outcome, Failure>`. It blocks: call it on its own thread if a window must stay responsive.
//!
//! | function | |
//! |---|---|
//! | `follow::run(link: &str, …)` | carries out an `inkan:` link: issuance, renewal, login, an officer's share |
//! | `share_key::create(…)`, `confirm(…)`, `reveal(…)` | an officer's key for shares, and whether it opens one |
//! | `sign_record::run(bank, record, out, …)` | an officer's signature of the record of a ceremony |
//! | `renew::run(bank: Option<&Identifier>, …)` | renews a certificate without the bank's page |
//! | `list::run(login: bool, …)` | lists tokens, and the certificates and keys on them |
//! | `verify::run(bank: &Identifier, serial: Option<&str>, …)` | checks whether the bank accepts the certificate |
//! | `delete::run(serial: &str, last: bool, …)` | deletes a certificate and its key; `last`: even the last usable one
//! of its bank |
//! | `pin::change(…)`, `pin::unblock(…)` | sets a new PIN, with the old one or with the PUK |
//! | `self_test::run(&Surroundings, …)` | checks what the agent needs of this computer; returns a report |
//! | `banks::{add, list, remove}`, `modules::{add, list, remove}` | manage the agent's own lists |
//!
//! - [`follow`], [`renew`], [`list`], [`verify`], [`delete`], [`pin`], [`banks`], [`modules`], [`self_test`]: as
//!   above
//! - [`login`]: proves the certificate for a browser; called by `follow`
//! - [`unseal`]: opens an officer's share for the bank's sealed HSM; called by `follow`
//! - [`share_key`]: an officer's share key
//! - [`sign_record`]: an officer's signature of a record
//! - `new_file`: a file that is written once
//! - `secret_attempts`: repeated entry of a refused secret
//! - [`unlock`]: choice of a token, PIN, and administrative secret
//! - [`entries`]: the contents of a token as the user sees them
//! - `bank_status`: whether a bank accepts a certificate
//! - `bank_clock`: this computer's clock against the bank's
//! - [`select`]: the certificates of a bank on a token
//! - [`mutual`]: a channel with the token's client certificate

mod bank_clock;
mod bank_status;
pub mod banks;
pub mod delete;
pub mod entries;
pub mod follow;
pub mod list;
pub mod login;
pub mod modules;
pub mod mutual;
mod new_file;
pub mod pin;
pub mod renew;
mod secret_attempts;
pub mod select;
pub mod self_test;
pub mod share_key;
pub mod sign_record;
pub mod unlock;
pub mod unseal;
pub mod verify;

use std::time::Duration;

use crate::catalogue::Lang;
use crate::clock::Clock;
use crate::config::bank::Bank;
use crate::config::directory::ConfigDir;
use crate::error::Failure;
use crate::http::client::Channel;
use crate::http::proxy::ProxyConfig;
use crate::http::tls;
use crate::keystore::discovery::TokenProvider;

/// What operations need to know and do not ask the user.
#[derive(Debug)]
pub struct Context {
    /// The agent's configuration directory.
    pub config: ConfigDir,
    /// The time.
    pub clock: Clock,
    /// The proxies, if any are configured.
    pub proxies: ProxyConfig,
    /// The language requested from the bank, and of sentences inside outcomes.
    pub lang: Lang,
    /// Where tokens are found.
    pub provider: Box<dyn TokenProvider>,
    /// Label or serial number of the token, if named in advance.
    pub wanted: Option<String>,
    /// How long to retry while the bank is busy or the connection fails.
    pub retry_for: Duration,
    /// Minimum length of a new PIN, in characters, even if the token accepts less.
    pub pin_min_length: u8,
}

impl Context {
    /// A channel to a bank's portal.
    ///
    /// # Errors
    /// [`Failure::Internal`].
    pub fn channel(&self, bank: &Bank) -> Result<Channel, Failure> {
        let tls = tls::config(&bank.server_ca, self.clock, tls::Versions::All, None)?;
        Channel::new(&bank.portal, &self.proxies, tls, false, self.lang)
    }
}
