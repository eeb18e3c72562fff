//! Contracts and their users.
//!
//! - [`counter`]: contracts and what is handed over at the counter; [`imports`]: lists of contracts
//! - [`registration`]: ログインID取得, BLIS005 to BLIS004
//! - [`company`]: what the users of one contract do among themselves
//! - [`passwords`]: password hashing; `temporary`: passwords to be handed over

pub mod company;
pub mod counter;
pub mod imports;
pub mod passwords;
pub mod registration;
mod temporary;
