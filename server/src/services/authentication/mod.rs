//! Who is authorised: logins, sessions and locks.
//!
//! - [`login`]: by password, by certificate
//! - [`agent_login`]: by a certificate that the agent proves, for a browser that cannot use the token
//! - [`session`]: browsers' sessions; [`console`]: whether the staff console is in use
//! - `locks`: the consequences of failures

pub mod agent_login;
pub mod console;
pub(super) mod locks;
pub mod login;
pub mod session;
