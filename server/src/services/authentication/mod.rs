//! Who is authorised: logins, sessions and locks.
//!
//! - [`login`]: by password, by certificate
//! - [`agent_login`]: by a certificate that the agent proves, for a browser that does not know the token
//! - [`session`]: browsers' sessions; [`console`]: whether the staff console is in use
//! - `locks`: what failures lead to

pub mod agent_login;
pub mod console;
pub(super) mod locks;
pub mod login;
pub mod session;
