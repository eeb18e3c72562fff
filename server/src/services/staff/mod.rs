//! The bank's staff.
//!
//! - [`directory`]: who works here, and what a list at the counter shows
//! - [`access`]: accounts, roles and the split activation code
//! - `activation_code`: what staff get their first certificate with
//! - [`refusal`]: what staff are refused

pub mod access;
pub(super) mod activation_code;
pub mod directory;
pub mod refusal;
