//! Mail to customers: what a message says, how it becomes a message, and how the mail server takes it.
//!
//! Not here: which operation is told to whom, and when (`services::mail`), and the table of messages that wait (`store`).
//!
//! - [`notification`]: what a message tells of, as data
//! - [`expiring_item`]: things of the bank's own that end
//! - [`catalogue`]: its sentences, in Japanese and English
//! - [`message`]: headers and parts
//! - [`smtp_config`]: the bank as a sender: addresses, mail server, timeout
//! - [`smtp_connection`]: one connection to the mail server
//! - [`return_path`]: where bounces go
//! - [`bounce`]: what came back there
//! - [`delivery_error`]: what can go wrong, and what follows from it

pub mod bounce;
pub mod catalogue;
pub mod delivery_error;
pub mod expiring_item;
pub mod message;
pub mod notification;
pub mod return_path;
pub mod smtp_config;
pub mod smtp_connection;

pub use delivery_error::{DeliveryError, Verdict};
pub use notification::{Lang, Notification, To};
pub use smtp_config::SmtpConfig;
