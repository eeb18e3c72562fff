//! Mail to customers: what a letter says, how it becomes a message, and how the mail server takes it.
//!
//! Not here: which deed is told to whom, and when (`workflow::mail`), and the table of letters that wait (`store`).
//!
//! - [`letter`]: what a letter tells of, as data
//! - [`thing`]: things of the bank's own that end
//! - [`catalogue`]: its sentences, in Japanese and English
//! - [`message`]: headers and parts
//! - [`office`]: the bank as a sender: addresses, mail server, patience
//! - [`line`]: one connection to the mail server
//! - [`return_path`]: where bounces go
//! - [`bounce`]: what came back there
//! - [`trouble`]: what can go wrong, and what follows from it

pub mod bounce;
pub mod catalogue;
pub mod letter;
pub mod line;
pub mod message;
pub mod office;
pub mod return_path;
pub mod thing;
pub mod trouble;

pub use letter::{Lang, Letter, To};
pub use office::Office;
pub use trouble::{Trouble, Verdict};
