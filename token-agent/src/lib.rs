//! The customer's side: keys on the customer's own token, certificates from the customer's bank.
//!
//! The agent never listens on a port, never takes an address from a link, and never keeps a PIN beyond its use. It reads
//! the clock and the environment in `main` only.
//!
//! - [`cli`]: the command line
//! - [`commands`]: what each command does
//! - [`config`]: bank files and token drivers
//! - [`http`]: talking to a bank
//! - [`answer`]: checking the certificate that came back
//! - [`keystore`]: one opened token, whatever its kind
//! - [`pkcs11`]: a token through its maker's module
//! - [`driver`]: the same in a process of its own
//! - [`token`]: the tokens as operations use them
//! - [`prompt`]: the questions to the person and what is told them, in a terminal or a window
//! - [`pcsc`], [`piv`]: card readers, and PIV cards in them
//! - [`operations`]: what can be done, for the terminal and the window alike
//! - [`mod@interrupt`]: what Ctrl-C means
//! - [`output`]: text or JSON lines
//! - [`catalogue`]: every sentence, in Japanese and English
//! - [`error`], [`exit`]: failures as data, and their exit codes
//! - [`clock`]: the time

pub mod answer;
pub mod catalogue;
pub mod cli;
pub mod clock;
pub mod commands;
pub mod config;
pub mod driver;
pub mod error;
pub mod exit;
pub mod http;
pub mod interrupt;
pub mod keystore;
pub mod operations;
pub mod output;
pub mod pcsc;
pub mod piv;
pub mod pkcs11;
pub mod prompt;
pub mod token;
