//! The customer's side: keys on the customer's own token, certificates from the customer's bank.
//!
//! The agent never listens on a port, never takes an address from a link, and never keeps a PIN longer than it needs
//! it. Only `main` reads the clock and the environment. One exception: during `self-test` the agent connects to itself on
//! 127.0.0.1 ([`operations::self_test`]); the port is closed as soon as its own connection is there.
//!
//! - [`cli`]: the command line
//! - [`commands`]: what each command does
//! - [`config`]: bank files and token drivers
//! - [`http`]: communication with a bank
//! - [`response`]: validation of the issued certificate
//! - [`keystore`]: one opened token, of any kind
//! - [`pkcs11`]: a token through its vendor's PKCS#11 module
//! - [`windows_store`]: the keys that Windows keeps
//! - [`driver`]: modules and the Windows store in a separate process
//! - [`token`]: tokens as the operations use them
//! - [`prompt`]: questions and messages to the user, in a terminal or a window
//! - [`pcsc`], [`piv`]: card readers, and PIV cards in them
//! - [`operations`]: what the agent can do, for the terminal and the window
//! - [`mod@interrupt`]: handling of Ctrl-C
//! - [`locale`]: the user's language
//! - [`output`]: text or JSON lines
//! - [`catalogue`]: every sentence, in Japanese and English
//! - [`error`], [`exit`]: failures as data, and their exit codes
//! - [`clock`]: the time

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
pub mod locale;
pub mod operations;
pub mod output;
pub mod pcsc;
pub mod piv;
pub mod pkcs11;
pub mod prompt;
pub mod response;
pub mod token;
pub mod windows_store;
