//! The bank's staff.
//!
//! - [`directory`]: who is on the staff, and the lists at the counter
//! - [`access`]: accounts, roles and the split activation code
//! - `activation_code`: the codes for the first certificate of staff
//! - [`refusal`]: refusals for staff

pub mod access;
pub(super) mod activation_code;
pub mod directory;
pub mod refusal;
