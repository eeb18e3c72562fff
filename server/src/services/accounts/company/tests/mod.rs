//! Users of one contract among themselves, on both databases.
//!
//! - `world`: a contract with a master, an administrator and a general user, and another contract
//! - `unlocking`: who releases whose locks
//! - `revoking`: who revokes whose certificate
//! - `joining`: a colleague is registered and chooses passwords; roles
//! - `changing`: one's own passwords
//! - `reading`: the history

mod changing;
mod joining;
mod reading;
mod revoking;
mod unlocking;
mod world;
