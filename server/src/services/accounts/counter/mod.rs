//! The counter (窓口): what is handed over to the customer. Contracts are recorded by proposals.
//!
//! - this file: rights
//! - [`password_letter`]: temporary passwords on paper; [`acquisition`]: the password of a grant on paper;
//!   [`reset_letter`]: new passwords for a user who has forgotten theirs
//! - `handover`: the two people of a letter, and who they cannot be
//! - [`unlock`]: locks after wrong passwords; [`stop_grant`]: an approved issue that nobody applied for

pub mod acquisition;
mod handover;
pub mod password_letter;
pub mod reset_letter;
pub mod stop_grant;
pub mod unlock;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod reset_tests;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;

use crate::store::staff::Role;

pub use acquisition::AcquisitionLetter;
pub use handover::Handover;
pub use password_letter::PasswordLetter;
pub use reset_letter::ResetLetter;

/// Who hands letters over.
const ENTER: &[Role] = &[Role::Teller, Role::Approver];
