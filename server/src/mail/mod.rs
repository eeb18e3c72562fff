//! Mail to customers: what a message says, how it becomes an e-mail, and how it is delivered to the mail server.
//!
//! Not here: which operation notifies whom, and when (`services::notifications`), and the table of waiting messages
//! (`store`).
//!
//! - [`notification`]: the content of a message, as data
//! - [`expiring_item`]: the bank's own items that expire
//! - [`catalogue`]: its sentences, in Japanese and English
//! - [`message`]: headers and parts
//! - [`smtp_config`]: the bank as a sender: addresses, mail server, timeout
//! - [`smtp_connection`]: one connection to the mail server
//! - [`return_path`]: where bounces go
//! - [`bounce`]: messages returned there
//! - [`delivery_error`]: errors, and their consequences

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
