//! The counter (窓口): contracts are put on record with what is handed over to the customer.
//!
//! - this file: who may do what
//! - [`contract`]: a contract with its temporary passwords
//! - [`letter`]: new temporary passwords on paper; [`acquisition`]: the password of a grant on paper
//! - [`unlock`]: locks after wrong passwords

pub mod acquisition;
pub mod contract;
pub mod letter;
pub mod unlock;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;

use crate::store::staff::Role;

pub use acquisition::AcquisitionLetter;
pub use contract::ContractForm;
pub use letter::Letter;

/// Who enters contracts and hands letters over.
const ENTER: &[Role] = &[Role::Teller, Role::Approver];
